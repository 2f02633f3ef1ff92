"""Unpacking gzip, bzip2 and xz as a stream, with bounded memory and a budget.

The standard library's file classes would take any dictionary that an xz file asks for (4 GB); its decompressors can
be told how much to give at once and how much memory to use.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

from wiki.mail.formats.budget import Budget
from wiki.words import MEBIBYTE

CHUNK = 128 * 1024
BUFFER = 256 * 1024
MOST_MEMORY = 192 * MEBIBYTE


class Damaged(Exception):
    """A packed file cannot be read further; the message is a sentence for the person."""


class Unpacker(Protocol):
    """One packed stream, of which several may stand one after another in a file."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind that end."""

    @property
    def wants_input(self) -> bool:
        """Whether nothing comes without further bytes."""

    def unpack(self, data: bytes, most: int) -> bytes:
        """Take further bytes and give at most so many unpacked ones."""


class _Zlib:
    def __init__(self, window: int) -> None:
        self._object = zlib.decompressobj(window)
        self._is_full = False

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    @property
    def wants_input(self) -> bool:
        return not self._object.unconsumed_tail and not self._is_full

    def unpack(self, data: bytes, most: int) -> bytes:
        given = self._object.decompress(self._object.unconsumed_tail + data, most)
        # It may hold more although it has taken all its input.
        self._is_full = len(given) == most
        return given


class _Other:
    def __init__(self, made: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._object = made

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    @property
    def wants_input(self) -> bool:
        return self._object.needs_input

    def unpack(self, data: bytes, most: int) -> bytes:
        return self._object.decompress(data, most)


def _gzip() -> Unpacker:
    return _Zlib(31)


def _bzip2() -> Unpacker:
    return _Other(bz2.BZ2Decompressor())


def _xz() -> Unpacker:
    return _Other(lzma.LZMADecompressor(memlimit=MOST_MEMORY))


def deflate() -> Unpacker:
    """The naked stream that zip archives hold."""
    return _Zlib(-15)


# What a file begins with; of bzip2 the size of its blocks stands after BZh, and the first digits of pi behind that.
_KINDS: tuple[tuple[re.Pattern[bytes], Callable[[], Unpacker]], ...] = (
    (re.compile(rb"\x1f\x8b\x08"), _gzip),
    (re.compile(rb"BZh[1-9]1AY&SY"), _bzip2),
    (re.compile(rb"\xfd7zXZ\x00"), _xz),
)


def is_packed(begin: bytes) -> bool:
    """Whether a file that begins so is packed."""
    return any(magic.match(begin) for magic, _ in _KINDS)


def unpacked(stream: BinaryIO, begin: bytes, budget: Budget) -> io.BufferedReader:
    """What a packed stream holds. Reading raises Damaged, and Bomb beyond the budget."""
    make = next(make for magic, make in _KINDS if magic.match(begin))
    return io.BufferedReader(Unpacking(stream.read, make, budget, repeats=True), BUFFER)


class Unpacking(io.RawIOBase):
    """The bytes that a packed stream holds, read forward. ``repeats``: another may follow the first."""

    def __init__(
        self, read: Callable[[int], bytes], make: Callable[[], Unpacker], budget: Budget, *, repeats: bool
    ) -> None:
        super().__init__()
        self._read = read
        self._make = make
        self._unpacker = make()
        self._budget = budget
        self._repeats = repeats
        self._position = 0
        self._trouble: Damaged | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """How many bytes were given."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer, or as much of it as there is; what stands before a damage is given before it is told."""
        filled = 0
        try:
            while filled < len(buffer) and (given := self._next(len(buffer) - filled)):
                buffer[filled : filled + len(given)] = given
                filled += len(given)
        except Damaged as error:
            self._trouble = error
            if not filled:
                raise
        self._position += filled
        self._budget.spend(filled)
        return filled

    def _next(self, most: int) -> bytes:
        """At least one further byte; none at the end."""
        if self._trouble is not None:
            raise self._trouble
        data = b""
        while True:
            if self._unpacker.eof:
                rest = self._unpacker.unused_data or self._read(CHUNK)
                if not self._repeats or not rest.strip(b"\0"):
                    return b""
                self._unpacker, data = self._make(), rest
            elif self._unpacker.wants_input and not data:
                data = self._read(CHUNK)
                if not data:
                    raise Damaged("It is damaged: it ends too early.")
            try:
                given = self._unpacker.unpack(data, most)
            except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
                raise Damaged("It is damaged and cannot be unpacked further.") from error
            data = b""
            if given:
                return given
