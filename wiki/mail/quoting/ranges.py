"""A mail's plain text told apart into ranges: what is new, and what was carried along. Pure, linear, never raises.

Where a reader could be in doubt the text is new: what is called a quote gets folded, so words of the writer's own must
never be. Answers between quotes are new, what was forwarded is new (it is what the mail is about), and a mail in which
nothing else would be left is new as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiki.mail.quoting import attributions, marks
from wiki.mail.quoting.marks import is_quoted

MOST = 2_000
"""Ranges of one text; what follows them counts as new."""

_HEADER_LINES = 14
_SENDER_WITHIN = 4
_LABEL_END = 40  # characters within which a header's label ends
_SIGNATURE_LINES = 60
_UNSURE_SIGNATURE_LINES = 15  # below a mark that may be something else as well
_FOOTER_LINES = 8
_NEAR = 10  # lines behind an attribution in which a ">" shows that quotes are marked here
_INITIALS = re.compile(r"[A-Za-z]{1,10}>(?= |$)")
_FOOTER = re.compile(r"_{5,}")
_BARS = frozenset("#:%}")
_MARKS = frozenset({"--", "\u2014"})


class Kind(StrEnum):
    """What a stretch of a mail's text is."""

    NEW = "new"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    FORWARD = "forward"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Range:
    """The characters from ``start`` up to ``end`` of a text, which are of one kind."""

    kind: Kind
    start: int
    end: int


def ranges(text: str, *, is_forwarded: bool = False) -> tuple[Range, ...]:
    """The text's ranges, in order, without gaps; none for an empty text.

    ``is_forwarded`` says that the mail is known to pass another on (its subject begins with ``Fwd:``): then what stands
    below a header block in it is no quote.
    """
    if not text:
        return ()
    lines = text.split("\n")
    return tuple(_joined(lines, _Reader(lines, is_forwarded=is_forwarded).kinds(), len(text)))


class _Reader:
    """Goes through the lines once and gives each its kind; None for empty lines, which belong to their neighbours."""

    def __init__(self, lines: Sequence[str], *, is_forwarded: bool) -> None:
        self._lines = lines
        self._stripped = [line.strip() for line in lines]
        self._is_forwarded = is_forwarded
        self._kinds: list[Kind | None] = [None] * len(lines)
        self._has_new = False
        self._labels: dict[int, marks.Label | None] = {}
        self._attributions = attributions.find(lines, self._stripped, MOST)

    def kinds(self) -> list[Kind | None]:
        position = 0
        while position < len(self._lines):
            position = self._step(position) if self._stripped[position] else position + 1
        self._find_endings()
        if Kind.NEW not in self._kinds:
            return [Kind.NEW] * len(self._lines)
        return self._kinds

    def _step(self, at: int) -> int:
        """Decide about the line ``at`` and those that go with it; the first line after them."""
        line, stripped = self._lines[at], self._stripped[at]
        if at in self._attributions:
            return self._attribution(at)
        if is_quoted(line):
            return self._forwarded_quote(at) or self._mark(at, at + 1, Kind.QUOTE)
        if stripped[0] in "-_*\u2014" or stripped[-1] == ":":
            following = self._announcement(at)
            if following:
                return following
        if ":" in stripped[:_LABEL_END] or "\uff1a" in stripped[:_LABEL_END]:
            following = self._header(at, at)
            if following:
                return following
        if ">" in stripped[1:11] and self._has_initials(at):
            return self._mark(at, at + 1, Kind.QUOTE)
        self._has_new = True
        return self._mark(at, at + 1, Kind.NEW)

    def _mark(self, first: int, end: int, kind: Kind) -> int:
        for index in range(first, end):
            if self._stripped[index]:
                self._kinds[index] = kind
        return end

    def _announcement(self, at: int) -> int:
        """The end of what a line of dashes or a title announces; 0 when it is nothing of the sort."""
        stripped = self._stripped[at]
        if marks.is_forward(stripped):
            end = self._header_end(self._next(at)) or at + 1
            return self._rest(at, end, Kind.FORWARD, Kind.NEW)
        if marks.is_original(stripped):
            following = self._next(at)
            return self._header(at, following) or self._rest_of_quote(at, at + 1)
        if stripped in _MARKS or marks.is_rule(stripped):
            return self._header(at, self._next(at)) or self._signature(at)
        return 0

    # Header blocks, and what follows announcements

    def _header(self, first: int, at: int) -> int:
        end = self._header_end(at)
        return self._rest_of_quote(first, end) if end else 0

    def _header_end(self, at: int) -> int:
        """The end of the header block that begins at a line; 0 when none does: sender, date and one more are needed."""
        if at >= len(self._lines) or self._label(at) is None:
            return 0
        found: set[marks.Label] = set()
        last, plain = at, 0
        for index in range(at, min(at + _HEADER_LINES, len(self._lines))):
            stripped = self._stripped[index]
            label = self._label(index)
            if label is not None:
                found.add(label)
                last, plain = index, 0
                if index - at > _SENDER_WITHIN and marks.Label.SENDER not in found:
                    break
            elif not stripped or plain:
                break
            else:
                plain += 1  # a long subject or list of people goes on in the next line
        sure = {marks.Label.SENDER, marks.Label.DATE} <= found and len(found) > 2
        return last + 1 if sure and not self._is_raw(at - 1) and not self._is_raw(last + 1) else 0

    def _is_raw(self, at: int) -> bool:
        return 0 <= at < len(self._stripped) and marks.is_raw_header(self._stripped[at])

    def _label(self, at: int) -> marks.Label | None:
        if at not in self._labels:
            self._labels[at] = marks.label(self._stripped[at])
        return self._labels[at]

    def _rest_of_quote(self, first: int, end: int) -> int:
        """What stands below a header: a quote when something new stands above, else what the mail is about."""
        if self._is_forwarded or not self._has_new:
            return self._rest(first, end, Kind.FORWARD, Kind.NEW)
        if self._marks_quotes(end):
            return self._mark(first, end, Kind.ATTRIBUTION)
        return self._rest(first, end, Kind.ATTRIBUTION, Kind.QUOTE)

    def _rest(self, first: int, end: int, kind: Kind, below: Kind) -> int:
        self._mark(first, end, kind)
        return self._mark(end, len(self._lines), below)

    def _marks_quotes(self, at: int) -> bool:
        near = self._lines[at : at + _NEAR]
        return any(is_quoted(line) and not attributions.is_torn(line.strip()) for line in near)

    def _forwarded_quote(self, at: int) -> int:
        """A whole forwarded message behind quote marks, as Apple's mailer makes it; 0 when there is none."""
        if at and self._kinds[at - 1] is Kind.QUOTE:
            return 0
        if not marks.is_forward(self._stripped[at][1:].strip()):
            return 0
        following = at + 1
        while following < len(self._lines) and not self._stripped[following].strip("> "):
            following += 1
        end = self._header_end(following) or at + 1
        self._mark(at, end, Kind.FORWARD)
        while end < len(self._lines) and is_quoted(self._lines[end]):
            end = self._mark(end, end + 1, Kind.NEW)
        return end

    # Attributions

    def _attribution(self, at: int) -> int:
        end, is_sure = self._attributions[at]
        following = self._next(end - 1)
        if following < len(self._lines):
            if is_quoted(self._lines[following]):
                return self._mark(at, end, Kind.ATTRIBUTION)
            if self._has_initials(following):
                return self._mark(at, end, Kind.ATTRIBUTION)
            if is_sure and self._is_barred(following):
                self._mark(at, end, Kind.ATTRIBUTION)
                return self._barred(following)
        if not is_sure:
            self._has_new = True
            return self._mark(at, end, Kind.NEW)
        if self._has_new and not self._marks_quotes(end):
            return self._rest(at, end, Kind.ATTRIBUTION, Kind.QUOTE)
        return self._mark(at, end, Kind.ATTRIBUTION)

    def _is_barred(self, at: int) -> bool:
        bar = self._stripped[at][0]
        return bar == "|" or (bar in _BARS and self._begins(at + 1, bar))

    def _begins(self, at: int, bar: str) -> bool:
        return at < len(self._lines) and self._stripped[at].startswith(bar)

    def _barred(self, at: int) -> int:
        """A quote behind ``|`` or the like instead of ``>``."""
        bar = self._stripped[at][0]
        while self._begins(at, bar):
            at = self._mark(at, at + 1, Kind.QUOTE)
        return at

    def _has_initials(self, at: int) -> bool:
        """``JD> as some mark quotes``: at least two lines of the same."""
        initials = _INITIALS.match(self._stripped[at])
        if initials is None:
            return False
        around = self._stripped[max(0, at - 1) : at] + self._stripped[at + 1 : at + 2]
        return any(line.startswith(initials[0]) for line in around)

    # Signatures

    def _signature(self, at: int) -> int:
        """The end of the signature that a line of dashes begins; 0 when it is a rule in the text."""
        line, stripped = self._lines[at], self._stripped[at]
        if line == "-- ":
            most = _SIGNATURE_LINES
        elif stripped in _MARKS:
            most = _UNSURE_SIGNATURE_LINES
        elif _FOOTER.fullmatch(stripped):
            most = _FOOTER_LINES
        else:
            return 0
        count, end = 0, at + 1
        while end < len(self._lines) and not self._ends_signature(end):
            count += bool(self._stripped[end])
            if count > most:
                return 0
            end += 1
        return self._mark(at, end, Kind.SIGNATURE)

    def _ends_signature(self, at: int) -> bool:
        stripped = self._stripped[at]
        # The next mark begins a signature of its own; it also keeps this linear.
        is_mark = stripped in _MARKS or _FOOTER.fullmatch(stripped) is not None
        if is_mark or is_quoted(self._lines[at]) or at in self._attributions:
            return True
        if stripped[:1] in {"-", "_", "*"} and (marks.is_original(stripped) or marks.is_forward(stripped)):
            return True
        return self._header_end(at) > 0

    def _find_endings(self) -> None:
        """What stands at the end of new text and says nothing new: a device's advertisement of itself, a last rule."""
        following: Kind | None = None
        is_ending = True
        for index in range(len(self._lines) - 1, -1, -1):
            kind, stripped = self._kinds[index], self._stripped[index]
            if kind is None:
                continue
            if kind is not Kind.NEW:
                is_ending, following = True, kind
                continue
            if is_ending and marks.is_by_device(stripped):
                self._kinds[index] = following = Kind.SIGNATURE
            elif is_ending and following is not Kind.QUOTE and marks.is_rule(stripped):
                self._kinds[index] = following = following or Kind.SIGNATURE
            else:
                is_ending = False

    def _next(self, at: int) -> int:
        """The next line that is not empty."""
        at += 1
        while at < len(self._lines) and not self._stripped[at]:
            at += 1
        return at


def _joined(lines: Sequence[str], kinds: Sequence[Kind | None], length: int) -> Iterator[Range]:
    """Neighbouring lines of one kind as one range; an empty line goes with what is above it."""
    current = next((kind for kind in kinds if kind is not None), Kind.NEW)
    start = position = count = 0
    for line, kind in zip(lines, kinds, strict=True):
        if kind is not None and kind is not current and count < MOST:
            if position > start:
                yield Range(current, start, position)
                count += 1
            start, current = position, kind if count < MOST else Kind.NEW
        position += len(line) + 1
    yield Range(current, start, length)
