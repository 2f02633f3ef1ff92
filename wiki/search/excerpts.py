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
_STRETCH = 100_000  # a long text is looked through by so many characters, until one of these stretches holds a hit
_ELLIPSIS = "\u2026"
_SPACE = re.compile(r"\s+")


class Mark(NamedTuple):
    """A hit in a text: its offsets, and the number of the clause that it answers."""

    start: int
    end: int
    clause: int


def highlight(query_text: str, text: str) -> Excerpt:
    """The whole of ``text`` with the searched words marked."""
    return tuple(_segments(text, _marks(_question(query_text), text), 0, len(text)))


def excerpt(query_text: str, body: str) -> Excerpt:
    """The best stretch of ``body``: where most of the searched words stand close together, else its beginning."""
    marks = _first_marks(_question(query_text), body)
    start, end = _window(marks, body)
    segments = [Segment(_SPACE.sub(" ", part.text), part.is_hit) for part in _segments(body, marks, start, end)]
    if segments and body[:start].strip():
        segments.insert(0, Segment(_ELLIPSIS, is_hit=False))
    if segments and body[end : end + WIDTH].strip():
        segments.append(Segment(_ELLIPSIS, is_hit=False))
    return tuple(segments)


def _question(query_text: str) -> Question:
    """A query that is refused has nothing to mark."""
    try:
        return parse(query_text)
    except QueryRefused:
        return Question()


def _first_marks(question: Question, body: str) -> list[Mark]:
    for begin in range(0, len(body), _STRETCH):
        marks = _marks(question, body[begin : begin + _STRETCH])
        if marks:
            return [Mark(mark.start + begin, mark.end + begin, mark.clause) for mark in marks]
    return []


def _marks(question: Question, text: str) -> list[Mark]:
    """Every hit, by its start; hits may overlap."""
    matchers = _Matchers(question)
    if matchers.is_empty:
        return []
    told = [(offset, piece) for offset, piece in located(text) if not piece.tail or matchers.wants_single_characters]
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


def _window(marks: Sequence[Mark], body: str) -> tuple[int, int]:
    """Offsets of the stretch to show: of those that begin shortly before a hit, the one with most different hits."""
    start, last = 0, 0
    best = (0, 0)
    inside: Counter[int] = Counter()
    after = 0
    for index, mark in enumerate(marks):
        after = max(after, index)
        while after < len(marks) and (after == index or marks[after].end <= mark.start + WIDTH - _LEAD):
            inside[marks[after].clause] += 1
            after += 1
        value = (len(inside), inside.total())
        if value > best:
            best, start, last = value, mark.start, marks[after - 1].end
        inside -= Counter((mark.clause,))
    return _to_words(body, max(0, start - _LEAD) if best > (0, 0) else 0, start, last)


def _to_words(body: str, begin: int, first_hit: int, last_hit: int) -> tuple[int, int]:
    """Move both edges to a space nearby, without cutting a hit off."""
    if begin > 0:
        space = _SPACE.search(body, begin, min(begin + _SLACK, first_hit))
        begin = space.end() if space else begin
    end = max(begin + WIDTH, min(last_hit, begin + 2 * WIDTH))
    if end < len(body):
        spaces = list(_SPACE.finditer(body, max(end - _SLACK, min(last_hit, end)), end + 1))
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
