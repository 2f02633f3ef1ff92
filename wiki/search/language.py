"""What a person may type into the search box, read into a question; pure, and never another error than QueryRefused.

Words must all be found, inflected or not. ``"two words"`` stand together as written. ``-word`` must be absent. ``a OR
b``: one is enough. ``repo*``: words that begin so. ``title:``, ``from:``, ``to:``, ``with:`` and ``label:`` look in
one place only. The bounds come from the measured ways of bringing an engine down: no fuzzy words, no ranges, no
leading star, and no engine ever parses a person's text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from wiki.search.analysis import MAX_WORD, Piece, pieces
from wiki.search.backend import QueryRefused

MAX_CHARACTERS = 200
MAX_CLAUSES = 8
MAX_PIECES = 48
SHORTEST_PREFIX = 3


class Place(StrEnum):
    """Where a clause looks."""

    ANYWHERE = ""
    TITLE = "title"
    AUTHOR = "from"
    RECIPIENT = "to"
    PEOPLE = "with"
    LABEL = "label"


class Match(StrEnum):
    """How a clause's words are compared."""

    INFLECTED = "inflected"
    EXACT = "exact"
    PREFIX = "prefix"


@dataclass(frozen=True)
class Clause:
    """One word, phrase or beginning of a word, with the pieces it consists of (never none)."""

    pieces: tuple[Piece, ...]
    match: Match = Match.INFLECTED
    place: Place = Place.ANYWHERE


@dataclass(frozen=True)
class Question:
    """Each of ``required`` is a choice of clauses of which one must hold; none of ``excluded`` may."""

    required: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing was asked; a question with something excluded always requires something too."""
        return not self.required

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """Every clause that may be marked in a result."""
        return tuple(clause for choice in self.required for clause in choice)


_PLACES = {
    "title": Place.TITLE,
    "subject": Place.TITLE,
    "from": Place.AUTHOR,
    "by": Place.AUTHOR,
    "author": Place.AUTHOR,
    "to": Place.RECIPIENT,
    "with": Place.PEOPLE,
    "people": Place.PEOPLE,
    "label": Place.LABEL,
}
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02", '"'))
_TOKEN = re.compile(
    rf"""(?P<minus>-(?=[^\s-]))?
         (?:(?P<place>{"|".join(_PLACES)}):\s*(?=[^\s:]))?
         (?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))""",
    re.VERBOSE | re.IGNORECASE,
)


def parse(text: str) -> Question:
    """Read what a person typed. Raises QueryRefused, with a sentence for the person, for what will not be searched."""
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        raise QueryRefused(f"A search may have at most {MAX_CHARACTERS} characters; this one has {len(text)}.")
    if not text:
        return Question()
    reader = _Reader()
    for token in _TOKEN.finditer(text.translate(_QUOTES)):
        reader.take(token)
    return reader.question()


class _Reader:
    """Collects clauses; ``OR`` between two joins them into one choice."""

    def __init__(self) -> None:
        self._choices: list[list[Clause]] = []
        self._excluded: list[Clause] = []
        self._joining = False
        self._negating = False

    def take(self, token: re.Match[str]) -> None:
        word = token["word"]
        if not token["place"] and word in {"OR", "AND", "NOT"} and not token["minus"]:
            self._joining = word == "OR" and bool(self._choices)
            self._negating = word == "NOT"
            return
        negated = bool(token["minus"]) or self._negating
        joined, self._joining, self._negating = self._joining, False, False
        clause = _clause(token)
        if clause is None:
            return
        if negated and joined:
            raise QueryRefused("What follows OR cannot be excluded with a minus sign.")
        if negated:
            self._excluded.append(clause)
        elif joined:
            self._choices[-1].append(clause)
        else:
            self._choices.append([clause])

    def question(self) -> Question:
        clauses = [clause for choice in self._choices for clause in choice] + self._excluded
        if not clauses:
            raise QueryRefused("There is no word to search for in that.")
        if not self._choices:
            raise QueryRefused("Say what to look for as well as what to leave out.")
        if len(clauses) > MAX_CLAUSES:
            raise QueryRefused(
                f"A search may have at most {MAX_CLAUSES} words; this one has {len(clauses)}. "
                "Put quotation marks around words that stand together: they count as one."
            )
        if sum(len(clause.pieces) for clause in clauses) > MAX_PIECES:
            raise QueryRefused("That search has too many words.")
        return Question(tuple(tuple(choice) for choice in self._choices), tuple(self._excluded))


def _clause(token: re.Match[str]) -> Clause | None:
    place = _PLACES[token["place"].lower()] if token["place"] else Place.ANYWHERE
    quoted = token["phrase"] is not None
    text = token["phrase"] if quoted else token["word"]
    starred = not quoted and "*" in text
    found = tuple(pieces(text))
    if starred:
        found = _checked_prefix(text, found)
    for piece in found:
        if piece.stem and piece.end - piece.start > MAX_WORD:
            raise QueryRefused(f"A word may have at most {MAX_WORD} characters.")
    if not found:
        return None
    match = Match.PREFIX if starred and found[0].stem else Match.EXACT if quoted else Match.INFLECTED
    return Clause(found, match, place)


def _checked_prefix(text: str, found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    body = text.rstrip(".,;:!?)]}")
    if "*" in body.rstrip("*") or not body.endswith("*"):
        raise QueryRefused("The star stands only at the end of a word, for words that begin so.")
    if not found:
        raise QueryRefused(f"Give at least {SHORTEST_PREFIX} letters before the star.")
    if not found[0].stem:
        return found  # a script searched by pairs of characters: its words need no star
    if len(found) > 1:
        raise QueryRefused("The star works after a single word without punctuation.")
    if len(found[0].word) < SHORTEST_PREFIX:
        raise QueryRefused(f"Give at least {SHORTEST_PREFIX} letters before the star.")
    return found
