"""A stream in blocks, given line by line, or by paragraphs where nobody needs to look at each line."""

from __future__ import annotations

import re
from typing import BinaryIO

from wiki.words import MEBIBYTE

LONGEST_LINE = MEBIBYTE
"""Bytes: a longer line is given in pieces."""
_BLOCK = 256 * 1024
_SHORTEST_LOOK = 5  # bytes that tell an empty line and a "From " line from any other
_END_OF_PARAGRAPH = re.compile(rb"\n\r?\n")


class LineReader:
    """Lines of a stream from where it stands; how far the stream itself has been read is nobody's business."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._block = b""
        self._at = 0

    def line(self) -> bytes:
        """The next line with its end; a piece of an over-long one; b"" at the end."""
        end = self._block.find(b"\n", self._at) + 1
        while not end and len(self._block) - self._at < LONGEST_LINE:
            known = len(self._block) - self._at
            if not self._read():
                break
            end = self._block.find(b"\n", known) + 1
        return self._take(min(end or len(self._block), self._at + LONGEST_LINE))

    def paragraph(self) -> bytes:
        """Lines that are not empty, as many as are at hand; an empty line, or one that begins with "From ", alone."""
        while len(self._block) - self._at < _SHORTEST_LOOK and self._read():
            pass
        if self._block.startswith((b"From ", b"\n", b"\r\n"), self._at):
            return self.line()
        found = _END_OF_PARAGRAPH.search(self._block, self._at)
        end = (found.start() if found else self._block.rfind(b"\n", self._at)) + 1
        return self._take(end) if end else self.line()

    def _take(self, end: int) -> bytes:
        taken = self._block[self._at : end]
        self._at = end
        return taken

    def _read(self) -> bool:
        more = self._stream.read(_BLOCK)
        self._block = self._block[self._at :] + more
        self._at = 0
        return bool(more)
