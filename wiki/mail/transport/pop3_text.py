"""A message inside a POP3 answer: where it ends, and its exact octets without the dots that guard it. Pure.

RFC 1939 section 3 ends the answer with a line that is a single full stop and puts another full stop before every line
that begins with one. Not every server means the same by "line" when a message holds bare line feeds, nor does each
add the last line's missing end to the announced size; the announced size settles which reading is the message.

Nothing here holds more than what came last: a message may be larger than memory. How many octets each reading has
follows from counting the guarding dots while they pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_LINE_END = b"\r\n"
_BARE_LINE_END = b"\n"


@dataclass
class Shape:
    """What has to be known of an answer's text to tell its readings: its octets, and its dots after each line end."""

    octets: int = 0
    dots: int = 0
    dots_after_line_feeds: int = 0
    begins: bytes = b""
    ends: bytes = _LINE_END
    """The last two octets; the status line's end stands before the first line, which makes it a line like any other."""

    def grow(self, text: bytes) -> None:
        """Count more of the text."""
        self.octets += len(text)
        seen = self.ends + text
        self.dots += seen.count(_LINE_END + b".")
        self.dots_after_line_feeds += seen[1:].count(_BARE_LINE_END + b".")
        if len(self.begins) < 2:
            self.begins = (self.begins + text[:2])[:2]
        self.ends = seen[-2:]

    def readings(self) -> Iterator[Reading]:
        """What the text may mean, first as RFC 1939 has it."""
        for line_end, dots in ((_LINE_END, self.dots), (_BARE_LINE_END, self.dots_after_line_feeds)):
            octets = self.octets - dots
            yield Reading(line_end, octets)
            # A single full stop at the very beginning guards nothing: Dovecot 2.3 leaves the first line as it is.
            has_own_dot = self.begins[:1] == b"." and self.begins != b".."
            if has_own_dot:
                octets += 1
                yield Reading(line_end, octets, has_own_dot=True)
            # Servers end a last line that has no end, so that the full stop can stand on a line of its own.
            if self.octets >= 2 and self.ends == _LINE_END:
                yield Reading(line_end, octets - 2, has_own_dot=has_own_dot)

    def reading(self, announced: int) -> Reading | None:
        """The reading that has exactly ``announced`` octets, or None."""
        return next((reading for reading in self.readings() if reading.octets == announced), None)

    @property
    def plain_reading(self) -> Reading:
        """The text as RFC 1939 has it, however many octets that gives."""
        return next(self.readings())


@dataclass(frozen=True)
class Reading:
    """One meaning of a text: behind which line ends a dot is a guard, and how many octets are left without them.

    With ``has_own_dot`` the text's very first dot is no guard.
    """

    line_end: bytes
    octets: int
    has_own_dot: bool = False

    def of(self, text: Iterable[bytes]) -> Iterator[bytes]:
        """The message in a text that comes in pieces."""
        left = self.octets
        for piece in self._without_guards(text):
            if left:
                yield piece[:left]
            left = max(0, left - len(piece))

    def _without_guards(self, text: Iterable[bytes]) -> Iterator[bytes]:
        if self.has_own_dot:
            yield b"."
        guard = self.line_end + b"."
        waiting, skip = self.line_end, len(self.line_end)
        for piece in text:
            seen = waiting + piece
            # What may be the beginning of a guarded line waits for what comes next.
            width = next(width for width in range(len(guard) - 1, -1, -1) if seen.endswith(guard[:width]))
            waiting = seen[len(seen) - width :]
            read = seen[: len(seen) - width].replace(guard, self.line_end)
            yield read[skip:]
            skip = max(0, skip - len(read))
        yield waiting[skip:]


class TextReader:
    """Finds the end of an answer in octets as they come, and writes what is before it, guarding dots included."""

    def __init__(self, announced: int, write: Callable[[bytes], object]) -> None:
        self.shape = Shape()
        self._announced = announced
        self._write = write
        # The status line's end is searched, as an empty message ends right behind it, and not passed on.
        self._waiting = _LINE_END
        self._skip = len(_LINE_END)

    def feed(self, octets: bytes) -> bytes | None:
        """Take more; what is behind the end once that has come, else None."""
        seen = self._waiting + octets
        while (found := seen.find(b"\n.\r\n")) >= 0:
            self._pass_on(seen[: found + 1])
            if self._is_end():
                return seen[found + 4 :]
            seen = seen[found + 1 :]
        # The end may have come in part.
        keep = min(3, len(seen))
        self._pass_on(seen[: len(seen) - keep])
        self._waiting = seen[len(seen) - keep :]
        return None

    def _pass_on(self, text: bytes) -> None:
        passed = text[self._skip :]
        self._skip -= len(text) - len(passed)
        self.shape.grow(passed)
        self._write(passed)

    def _is_end(self) -> bool:
        """Whether the full stop that follows is the end: after a bare line feed, only if all before is the message."""
        return self.shape.ends == _LINE_END or self.shape.reading(self._announced) is not None
