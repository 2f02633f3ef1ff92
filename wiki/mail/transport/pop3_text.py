"""A message inside a POP3 answer: where it ends, and its exact octets without the dots that guard it. Pure.

RFC 1939 section 3 ends the answer with a line that is a single full stop and puts another full stop before every line
that begins with one. Not every server means the same by "line" when a message holds bare line feeds, nor does each
add the last line's missing end to the announced size; the announced size settles which reading is the message.
"""

from __future__ import annotations

from collections.abc import Iterator

_LINE_END = b"\r\n"


class TextReader:
    """Collects an answer from octets as they come, until its end."""

    def __init__(self, announced: int) -> None:
        # The status line's end stands before the first line, which makes it a line like any other.
        self._octets = bytearray(_LINE_END)
        self._searched = 0
        self._announced = announced

    def feed(self, octets: bytes) -> bytes | None:
        """Take more; what is behind the end once that has come, else None."""
        self._octets += octets
        while (found := self._octets.find(b"\n.\r\n", self._searched)) >= 0:
            if self._octets[found - 1 : found] == b"\r" or self._is_whole(found + 1):
                rest = bytes(self._octets[found + 4 :])
                del self._octets[found + 1 :]
                return rest
            self._searched = found + 1
        self._searched = max(0, len(self._octets) - 3)
        return None

    @property
    def text(self) -> bytes:
        """The answer so far, guarding dots included, without the full stop that ended it."""
        return bytes(self._octets[len(_LINE_END) :])

    def _is_whole(self, end: int) -> bool:
        """Whether a full stop after a bare line feed is the end: only when everything before is the whole message."""
        return message_in(bytes(self._octets[len(_LINE_END) : end]), self._announced) is not None


def message_in(text: bytes, announced: int) -> bytes | None:
    """The reading of the answer that has exactly ``announced`` octets, or None."""
    return next((reading for reading in _readings(text) if len(reading) == announced), None)


def plain_reading(text: bytes) -> bytes:
    """The message as RFC 1939 has it, however many octets that gives."""
    return next(_readings(text))


def _readings(text: bytes) -> Iterator[bytes]:
    for line_end in (_LINE_END, b"\n"):
        reading = (line_end + text).replace(line_end + b".", line_end)[len(line_end) :]
        yield reading
        # A single full stop at the very beginning guards nothing: Dovecot 2.3 leaves the first line as it is.
        if text.startswith(b".") and not text.startswith(b".."):
            reading = b"." + reading
            yield reading
        # Servers end a last line that has no end, so that the full stop can stand on a line of its own.
        if reading.endswith(_LINE_END):
            yield reading[: -len(_LINE_END)]
