"""What changed between two texts: by lines, with the changed words marked. Pure, and bounded for any two texts.

``difflib`` takes minutes on texts made to hurt it, so that each use of it here has a budget; what is over the
budget is shown as removed and added as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

AROUND = 3
MOST_LINES_SHOWN = 2_000
# The matcher's time grows with the square of the length and with the number of pairs of equal items.
MOST_LINES = 3_000
MOST_WORDS = 400
MOST_PAIRS = 40_000
MOST_PAIRS_OF_WORDS = 200_000  # of all lines of a comparison together
WORD = re.compile(r"\w+|\s+|[^\w\s]")


class LineKind(StrEnum):
    """What happened to a line; a gap stands for unchanged lines that are left out."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    GAP = "gap"


@dataclass(frozen=True)
class Piece:
    """A stretch of a line; ``is_changed`` when it is not in the other text's line."""

    text: str
    is_changed: bool


@dataclass(frozen=True)
class Line:
    """A line of the comparison with its numbers in the old and the new text, where it has them."""

    kind: LineKind
    pieces: tuple[Piece, ...] = ()
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The lines to show; ``left_out`` says how many more there would be."""

    lines: tuple[Line, ...]
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the texts say the same."""
        return not self.lines


def compare(old: str, new: str) -> Comparison:
    """Compare two texts by their lines."""
    comparer = _Comparer(old.splitlines(), new.splitlines())
    return Comparison(tuple(comparer.lines()), comparer.left_out)


class _Comparer:
    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._before = before
        self._after = after
        self._pairs_left = MOST_PAIRS_OF_WORDS
        self._room = MOST_LINES_SHOWN
        self.left_out = 0

    def lines(self) -> Iterator[Line]:
        """The changed lines with some unchanged ones around them, as many as there is room for."""
        blocks = _blocks(self._before, self._after)
        for index, (tag, i1, i2, j1, j2) in enumerate(blocks):
            if tag != "equal":
                yield from self._changed(i1, i2, j1, j2)
            elif self._room > 0:
                yield from self._same(i1, i2, j1, is_first=index == 0, is_last=index == len(blocks) - 1)

    def _same(self, start: int, end: int, other: int, *, is_first: bool, is_last: bool) -> Iterator[Line]:
        if is_first and is_last:
            return
        self._room -= min(end - start, 2 * AROUND + 1)
        head = 0 if is_first else AROUND
        tail = 0 if is_last else AROUND
        keep = range(end - start)
        if end - start > head + tail + 1:
            keep_head, keep_tail = range(head), range(end - start - tail, end - start)
        else:
            keep_head, keep_tail = keep, range(0)
        yield from (self._same_line(start + offset, other + offset) for offset in keep_head)
        if len(keep_head) + len(keep_tail) < end - start:
            yield Line(LineKind.GAP)
        yield from (self._same_line(start + offset, other + offset) for offset in keep_tail)

    def _same_line(self, index: int, other: int) -> Line:
        return Line(LineKind.SAME, (Piece(self._before[index], is_changed=False),), index + 1, other + 1)

    def _changed(self, i1: int, i2: int, j1: int, j2: int) -> Iterator[Line]:
        """The removed lines, then the added ones; where they pair up, with the words that differ."""
        room = max(0, self._room)
        removed = min(i2 - i1, max(room // 2, room - (j2 - j1)))
        added = min(j2 - j1, room - removed)
        self._room -= removed + added
        self.left_out += (i2 - i1 - removed) + (j2 - j1 - added)
        paired = min(removed, added)
        marked = [self._mark(self._before[i1 + n], self._after[j1 + n]) for n in range(paired)]
        for index in range(i1, i1 + removed):
            pieces = marked[index - i1][0] if index - i1 < paired else _whole(self._before[index])
            yield Line(LineKind.REMOVED, pieces, old=index + 1)
        for index in range(j1, j1 + added):
            pieces = marked[index - j1][1] if index - j1 < paired else _whole(self._after[index])
            yield Line(LineKind.ADDED, pieces, new=index + 1)

    def _mark(self, old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Two lines that stand for each other, with the words that differ marked."""
        before, after = WORD.findall(old), WORD.findall(new)
        if max(len(before), len(after)) > MOST_WORDS or self._pairs_left <= 0:
            return _whole(old), _whole(new)
        self._pairs_left -= _pairs(before, after)
        codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        kept = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
        if kept * 4 < len(before) + len(after):
            return _whole(old), _whole(new)  # two different lines: marking scattered letters would only confuse
        removed = tuple(Piece("".join(before[i1:i2]), tag != "equal") for tag, i1, i2, _, _ in codes if i1 < i2)
        added = tuple(Piece("".join(after[j1:j2]), tag != "equal") for tag, _, _, j1, j2 in codes if j1 < j2)
        return removed, added


def _blocks(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes as difflib gives them; what is equal at both ends costs nothing."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = _opcodes(before[head : len(before) - tail], after[head : len(after) - tail])
    blocks = [("equal", 0, head, 0, head)] if head else []
    blocks += [(tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in middle]
    if tail:
        blocks.append(("equal", len(before) - tail, len(before), len(after) - tail, len(after)))
    return blocks


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def _opcodes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    if not before and not after:
        return []
    if max(len(before), len(after)) > MOST_LINES or _pairs(before, after) > MOST_PAIRS:
        return [("replace", 0, len(before), 0, len(after))]
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(tag, i1, i2, j1, j2) for tag, i1, i2, j1, j2 in codes]


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    there = Counter(after)
    return sum(count * there[item] for item, count in Counter(before).items() if item in there)


def _whole(line: str) -> tuple[Piece, ...]:
    return (Piece(line, is_changed=False),)
