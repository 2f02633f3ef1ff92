"""The stretch of a text that best shows what was searched, marked; linear in the text, pure, and free of any engine."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wiki.search.analysis import Piece, located
from wiki.search.backend import QueryRefused
from wiki.search.document import Excerpt, Segment
from wiki.search.language import Clause, Match, Question, parse

WIDTH = 240
"""Characters of an excerpt, about: it begins and ends at the edge of a word."""

_LEAD = 60  # characters shown before the first hit
_SLACK = 24  # how far an edge may move to come upon a space
_STRETCH = 8_000  # a long text is looked through so many characters at a time
_LOOK_FURTHER = 20_000  # characters after the first hit
_ELLIPSIS = "\u2026"
_SPACE = re.compile(r"\s+")


class Mark(NamedTuple):
    """A hit in a text: its offsets, and the number of the clause that it answers."""

    start: int
    end: int
    clause: int


class Window(NamedTuple):
    """A stretch of a text that may be shown: how many different hits are in it, how many at all, and where they stand.

    ``marks``: the hits in the text around it.
    """

    different: int
    hits: int
    start: int
    end: int
    marks: Sequence[Mark]


def highlight(query_text: str, text: str) -> Excerpt:
    """The whole of ``text`` with the searched words marked."""
    return tuple(_segments(text, _marks(_Matchers(_question(query_text)), text), 0, len(text)))


def excerpt(query_text: str, body: str) -> Excerpt:
    """The best stretch of ``body``: where most of the searched words stand close together, else its beginning."""
    window = _best_window(_question(query_text), body)
    start, end = _to_words(body, window)
    segments = [Segment(_SPACE.sub(" ", part.text), part.is_hit) for part in _segments(body, window.marks, start, end)]
    if segments and body[:start].strip():
        segments.insert(0, Segment(_ELLIPSIS, is_hit=False))
    if segments and body[end : end + WIDTH].strip():
        segments.append(Segment(_ELLIPSIS, is_hit=False))
    return tuple(segments)


def best_text(query_text: str, texts: Sequence[str]) -> int:
    """The index of the text with the best stretch: where most of the searched words stand together, else the first.

    A page of results has many long texts: once something is found, it is not looked much further for something better.
    """
    question = _question(query_text)
    best, score = 0, (0, 0)
    further = _LOOK_FURTHER
    for index, text in enumerate(texts):
        if score > (0, 0):
            further -= len(text)
        if further < 0:
            break
        window = _best_window(question, text)
        if (window.different, window.hits) > score:
            best, score = index, (window.different, window.hits)
        if window.different == len(question.wanted):
            break
    return best


def _question(query_text: str) -> Question:
    """A query that is refused has nothing to mark."""
    try:
        return parse(query_text)
    except QueryRefused:
        return Question()


def _best_window(question: Question, body: str) -> Window:
    """Look through a long text piece by piece, and no further once everything searched stands together."""
    best = Window(0, 0, 0, 0, ())
    matchers = _Matchers(question)
    if matchers.is_empty:
        return best
    for begin in range(0, len(body), _STRETCH):
        found = _window(_marks(matchers, body[begin : begin + _STRETCH + WIDTH], begin))
        if (found.different, found.hits) > (best.different, best.hits):
            best = found
        if best.different == len(question.wanted):
            break
    return best


def _marks(matchers: _Matchers, text: str, begin: int = 0) -> list[Mark]:
    """Every hit in a text that begins at ``begin`` of another, by its start; hits may overlap."""
    told = [
        (offset + begin, piece) for offset, piece in located(text) if not piece.tail or matchers.wants_single_characters
    ]
    found = []
    for index, (offset, piece) in enumerate(told):
        for matcher in matchers.beginning_at(piece):
            length = matcher.length_at(told, index)
            if length:
                last_offset, last = told[index + length - 1]
                found.append(Mark(piece.start + offset, last.end + last_offset, matcher.number))
    return found


class _Matcher:
    """Recognises one clause in a run of pieces."""

    def __init__(self, number: int, clause: Clause) -> None:
        self.number = number
        self.pieces = [piece for piece in clause.pieces if not piece.tail] or list(clause.pieces)
        self.is_inflected = clause.match is Match.INFLECTED and bool(self.pieces[-1].stem)
        self.is_prefix = clause.match is Match.PREFIX or self.pieces[0].tail

    def length_at(self, text: Sequence[tuple[int, Piece]], index: int) -> int:
        """How many pieces of the text the clause covers from ``index`` on; 0 when it does not stand there."""
        count = len(self.pieces)
        if count == 1:
            return 1
        if index + count > len(text):
            return 0
        for wanted, (_offset, piece) in zip(self.pieces[:-1], text[index : index + count - 1], strict=True):
            if wanted.word != piece.word or (wanted.glued and not piece.glued):
                return 0
        wanted, last = self.pieces[-1], text[index + count - 1][1]
        same = wanted.stem == last.stem if self.is_inflected else wanted.word == last.word
        return count if same and (last.glued or not wanted.glued) else 0


class _Matchers:
    """The clauses of a question, found by the first piece of each."""

    def __init__(self, question: Question) -> None:
        self._by_word: defaultdict[str, list[_Matcher]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[_Matcher]] = defaultdict(list)
        self._prefixes: list[_Matcher] = []
        for number, clause in enumerate(question.wanted):
            matcher = _Matcher(number, clause)
            first = matcher.pieces[0]
            if matcher.is_prefix:
                self._prefixes.append(matcher)
            elif matcher.is_inflected and len(matcher.pieces) == 1:
                self._by_stem[first.stem].append(matcher)
            else:
                self._by_word[first.word].append(matcher)

    @property
    def is_empty(self) -> bool:
        return not (self._by_word or self._by_stem or self._prefixes)

    @property
    def wants_single_characters(self) -> bool:
        return any(matcher.pieces[0].tail for matcher in self._prefixes)

    def beginning_at(self, piece: Piece) -> Iterator[_Matcher]:
        if piece.word in self._by_word:
            yield from self._by_word[piece.word]
        if piece.stem in self._by_stem:
            yield from self._by_stem[piece.stem]
        for matcher in self._prefixes:
            if piece.word.startswith(matcher.pieces[0].word):
                yield matcher


def _window(marks: Sequence[Mark]) -> Window:
    """Of the stretches that begin at a hit, the one with most different hits, and most hits."""
    best = Window(0, 0, 0, 0, ())
    inside: Counter[int] = Counter()
    after = 0
    for index, mark in enumerate(marks):
        after = max(after, index)
        while after < len(marks) and (after == index or marks[after].end <= mark.start + WIDTH - _LEAD):
            inside[marks[after].clause] += 1
            after += 1
        if (len(inside), after - index) > (best.different, best.hits):
            best = Window(len(inside), after - index, mark.start, marks[after - 1].end, marks)
        inside[mark.clause] -= 1
        if not inside[mark.clause]:
            del inside[mark.clause]
    return best


def _to_words(body: str, window: Window) -> tuple[int, int]:
    """The edges of what is shown around a window: at a space nearby, without cutting a hit off."""
    begin = max(0, window.start - _LEAD) if window.hits else 0
    if begin > 0:
        space = _SPACE.search(body, begin, min(begin + _SLACK, window.start))
        begin = space.end() if space else begin
    last = min(window.end, begin + 2 * WIDTH)
    end = max(begin + WIDTH, last)
    if end < len(body):
        spaces = list(_SPACE.finditer(body, max(end - _SLACK, last), end + 1))
        end = spaces[-1].start() if spaces else end
    return begin, min(end, len(body))


def _segments(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[Segment]:
    """``text[start:end]`` cut at the hits; overlapping hits become one."""
    position = start
    for first, last in _merged(marks, start, end):
        if first > position:
            yield Segment(text[position:first], is_hit=False)
        yield Segment(text[first:last], is_hit=True)
        position = last
    if position < end:
        yield Segment(text[position:end], is_hit=False)


def _merged(marks: Sequence[Mark], start: int, end: int) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for mark in marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first >= last:
            continue
        if current is not None and first <= current[1]:
            current = current[0], max(current[1], last)
            continue
        if current is not None:
            yield current
        current = first, last
    if current is not None:
        yield current
