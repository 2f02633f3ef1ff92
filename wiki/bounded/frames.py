"""What goes through the pipes: a byte that says what it is, a number, a length, and as many bytes. Never a pickle.

The number of an answer is that of its request, counted from 1 in each process: nothing is taken for the answer to
another request. The parent believes nothing that a child says but this: a kind that it knows, the number that is
due and a length within the bounds.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

HEADER = struct.Struct(">cQQ")

REQUEST = b"?"
READY = b"R"
ANSWER = b"A"
LAST_ANSWER = b"L"  # an answer, after which the child ends by itself
NO_MEMORY = b"M"  # after which it ends too
TOO_LONG = b"T"
FAILED = b"F"  # the content is the name of the exception's class
KINDS = frozenset({READY, ANSWER, LAST_ANSWER, NO_MEMORY, TOO_LONG, FAILED})

_PIECES_AT_ONCE = 64
_LONG = 64 * 1024


class Garbage(Exception):
    """The other side writes what is no frame."""


class Incoming:
    """Takes bytes as they come and gives the frames that are whole."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._bytes = bytearray()

    def feed(self, some: bytes) -> Iterator[tuple[bytes, int, bytes]]:
        """The frames that ``some`` completes, as kind, number and content. Raises Garbage."""
        self._bytes += some
        while len(self._bytes) >= HEADER.size:
            kind, number, length = HEADER.unpack_from(self._bytes)
            if kind not in KINDS or length > self._longest:
                raise Garbage
            end = HEADER.size + length
            if len(self._bytes) < end:
                return
            content = bytes(memoryview(self._bytes)[HEADER.size : end])
            del self._bytes[:end]
            yield kind, number, content


class Outgoing:
    """Requests that wait to be written to a pipe that takes some bytes at a time."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        self._pieces: deque[memoryview] = deque()
        for request in requests:
            self._pieces.append(memoryview(HEADER.pack(REQUEST, 0, len(request))))
            if request:
                self._pieces.append(memoryview(request))

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def write_some(self, descriptor: int) -> None:
        """Write what the pipe takes now. Raises BrokenPipeError when nobody reads it any more."""
        try:
            written = os.writev(descriptor, list(islice(self._pieces, _PIECES_AT_ONCE)))
        except BlockingIOError:
            return
        while written:
            first = self._pieces[0]
            if written < len(first):
                self._pieces[0] = first[written:]
                return
            written -= len(first)
            self._pieces.popleft()

    def drop(self) -> None:
        """Forget the rest."""
        self._pieces.clear()


def read_request(stream: BinaryIO) -> bytes | None:
    """The next request; None at the end. For the child's side, which may wait."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    length = HEADER.unpack(header)[2]
    content = stream.read(length)
    return content if len(content) == length else None


def write(descriptor: int, kind: bytes, content: bytes = b"", number: int = 0) -> None:
    """Write a frame whole. For the child's side, which may wait."""
    header = HEADER.pack(kind, number, len(content))
    # A long content is not copied: the memory is counted. A short one goes with its header, in one call.
    for piece in (header, content) if len(content) > _LONG else (header + content,):
        waiting = memoryview(piece)
        while waiting:
            waiting = waiting[os.write(descriptor, waiting) :]
