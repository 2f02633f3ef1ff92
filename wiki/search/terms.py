"""The words of an index: what a document is found by, and what a clause of a question looks up; pure.

A term is a letter that tells its sort and the word itself:

===== =============================================================== =========
sort  stands for                                                      positions
===== =============================================================== =========
``w`` a word as written (folded), a pair of characters, or two words  yes
      glued by ``.``, ``@`` or ``_``: ``example.org``
``s`` what the inflections of a word share, where one of them stands   no
``t`` a word of the title, as written and as its stem                  no
``a`` a word of the author's name or address                           no
``r`` a word of a recipient's name or address                          no
``l`` a word of a label                                                no
===== =============================================================== =========

So an unquoted word is two look-ups, of the word that has no ending and of those that have one; a phrase compares
positions; an address is a chain of glued pairs, of which the first is rare already. Positions of each part of a
document lie in a zone of its own, so that no phrase crosses from one part to the next and a phrase can be asked for
in one part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from wiki.search.analysis import Piece, words
from wiki.search.document import SearchDocument
from wiki.search.language import Clause, Match, Place

MAX_BODY = 500_000
"""Characters of a body and its quotes that are indexed; a mail of more is a dump, found by its first half million."""

MAX_TITLE = 2_000
MAX_PEOPLE = 2_000

ZONE = 1 << 24
GAP = 16  # between two names or labels: a phrase does not run from one into the other

_QUOTED_WEIGHT = 0.5
_TITLE_WEIGHT = 3.0
_PEOPLE_WEIGHT = 1.5
_LABEL_WEIGHT = 2.0
_ZONES = {Place.ANYWHERE: 0, Place.TITLE: 1, Place.AUTHOR: 2, Place.RECIPIENT: 3, Place.LABEL: 4}
_SORTS = {Place.TITLE: "t", Place.AUTHOR: "a", Place.RECIPIENT: "r", Place.LABEL: "l"}
_MEMBERS = {Place.PEOPLE: (Place.AUTHOR, Place.RECIPIENT)}


@dataclass(slots=True)
class Posting:
    """One term in one document: how much it weighs there, and where it stands, for sorts that have positions."""

    weight: float = 1.0
    positions: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Analysed:
    """A document as its terms; ``length`` is its count of words, for the ranking."""

    postings: dict[str, Posting]
    length: int


@dataclass(frozen=True)
class Holds:
    """Documents with any of these terms."""

    terms: tuple[str, ...]


@dataclass(frozen=True)
class Begins:
    """Documents with any word that begins so, by sort letters and beginning."""

    prefixes: tuple[str, ...]


@dataclass(frozen=True)
class Chain:
    """Documents in which ``steps`` stand one after another: ``(distance from the first, any of these terms)``.

    ``zones``: the parts of a document in which it may be; none given means any.
    """

    steps: tuple[tuple[int, tuple[str, ...]], ...]
    zones: tuple[int, ...] = ()


LookUp = Holds | Begins | Chain


def analyse(document: SearchDocument) -> Analysed:
    """A document's terms with their weights and positions."""
    collector = _Collector()
    # In the order of the zones, so that the positions of a word rise.
    collector.add(document.body[:MAX_BODY], Place.ANYWHERE, 1.0)
    if document.quoted and len(document.body) < MAX_BODY:
        # Once, however often it is quoted; and an answer is not marked down for the length of all that it quotes.
        collector.add(document.quoted[: MAX_BODY - len(document.body)], Place.ANYWHERE, _QUOTED_WEIGHT, again=0.0)
    collector.add(document.title[:MAX_TITLE], Place.TITLE, _TITLE_WEIGHT)
    for author in document.people[:1]:
        collector.add(author, Place.AUTHOR, _PEOPLE_WEIGHT)
    for recipient in document.people[1:MAX_PEOPLE]:
        collector.add(recipient, Place.RECIPIENT, _PEOPLE_WEIGHT)
    for label in document.labels:
        collector.add(label, Place.LABEL, _LABEL_WEIGHT)
    return collector.analysed()


def look_up(clause: Clause) -> LookUp:
    """What to look up for one clause of a question."""
    if clause.match is Match.PREFIX:
        return Begins(tuple(sort + clause.pieces[0].word for sort in _sorts(clause.place, "w")))
    first = clause.pieces[0]
    alone = len(clause.pieces) == 1
    if alone and first.tail:
        return Begins(tuple(sort + first.word for sort in _sorts(clause.place, "w")))
    if alone and clause.match is Match.INFLECTED:
        if clause.place is Place.ANYWHERE:
            return Holds(("w" + first.stem, "s" + first.stem))
        word = first.stem if clause.place is Place.TITLE else first.word
        return Holds(tuple(sort + word for sort in _sorts(clause.place, "")))
    chain = _chain(clause)
    if len(chain) == 1 and clause.place is Place.ANYWHERE:
        return Holds(chain[0][1])
    return Chain(chain, _zones(clause.place))


def scoring_terms(clause: Clause) -> tuple[tuple[str, ...], ...]:
    """By whose weight a document that satisfies the clause is ranked: for each word, the terms that stand for it.

    The beginning of a word has none: it stands for too many words to tell which matters.
    """
    if clause.match is Match.PREFIX:
        return ()
    return tuple(
        ("w" + piece.stem, "s" + piece.stem) if piece.stem else ("w" + piece.word,) for piece in _telling(clause.pieces)
    )


def is_plain_word(term: str) -> bool:
    """Whether a term is one word, no glued pair: what the beginning of a word is looked for in."""
    return "." not in term


def _telling(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Without the lone last characters of runs of pairs, unless there is nothing else."""
    return [piece for piece in pieces if not piece.tail] or pieces


def _chain(clause: Clause) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The steps of a phrase; two glued words are one step, rarer than either."""
    pieces = clause.pieces
    steps: list[tuple[int, tuple[str, ...]]] = []
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if following is not None and following.glued:
            steps.append((index, (f"w{piece.word}.{following.word}",)))
        elif piece.glued or (piece.tail and index):
            continue  # the step before holds this piece already
        else:
            is_last = following is None and index > 0
            steps.append((index, _forms(piece.word, exact=clause.match is Match.EXACT or not is_last)))
    first = steps[0][0]
    return tuple((index - first, terms) for index, terms in steps)


def _forms(word: str, *, exact: bool) -> tuple[str, ...]:
    """A phrase's word; the last of one that is not quoted may be singular or plural: e-mail, e-mails."""
    if exact:
        return ("w" + word,)
    other = word[:-1] if word.endswith("s") and len(word) > 3 else word + "s"
    return ("w" + word, "w" + other)


def _sorts(place: Place, anywhere: str) -> tuple[str, ...]:
    if place is Place.ANYWHERE:
        return (anywhere,)
    return tuple(_SORTS[member] for member in _MEMBERS.get(place, (place,)))


def _zones(place: Place) -> tuple[int, ...]:
    if place is Place.ANYWHERE:
        return ()
    return tuple(_ZONES[member] for member in _MEMBERS.get(place, (place,)))


class _Collector:
    """Gathers the terms of one document, part by part."""

    def __init__(self) -> None:
        self._words: dict[str, Posting] = {}
        self._pairs: defaultdict[str, list[int]] = defaultdict(list)
        self._inflected: defaultdict[str, float] = defaultdict(float)
        self._marks: set[str] = set()
        self._ends: dict[Place, int] = {}
        self._length = 0

    def add(self, text: str, place: Place, weight: float, again: float | None = None) -> None:
        """Take a part: ``weight`` is that of a word, ``again`` what it adds where the document has it already."""
        found, inflected = self._words, self._inflected
        repeated = weight if again is None else again
        position = self._ends[place] + GAP if place in self._ends else _ZONES[place] * ZONE
        first, previous = position, ""
        for word, stem, _start, _end, glued, _tail in words(text):
            posting = found.get(word)
            if posting is None:
                found[word] = Posting(weight, [position])
            else:
                posting.weight += repeated
                posting.positions.append(position)
            if stem and stem != word:
                inflected[stem] += repeated if stem in inflected else weight
            if glued:
                self._pairs[f"{previous}.{word}"].append(position - 1)
            if place is not Place.ANYWHERE:
                self._mark(_SORTS[place], word, stem)
            previous = word
            position += 1
        if repeated:
            self._length += position - first
        self._ends[place] = position

    def _mark(self, sort: str, word: str, stem: str) -> None:
        self._marks.add(sort + word)
        if sort == "t" and stem:
            self._marks.add(sort + stem)

    def analysed(self) -> Analysed:
        postings = {"w" + word: posting for word, posting in self._words.items()}
        postings.update(("w" + pair, Posting(1.0, positions)) for pair, positions in self._pairs.items())
        postings.update(("s" + stem, Posting(weight)) for stem, weight in self._inflected.items())
        postings.update((mark, Posting()) for mark in self._marks)
        return Analysed(postings, self._length)
