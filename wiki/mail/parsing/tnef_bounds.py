"""Whether a winmail.dat can be given to the TNEF library: it believes every count that is written in the file.

A count of four thousand million would keep it busy for an hour, and it copies the rest of the file for each object.
Pure, linear.
"""

from __future__ import annotations

import struct

from wiki.words import MEBIBYTE

MAX_BYTES = 30 * MEBIBYTE
_MAX_COPIED = 1_000_000_000
_MAX_COUNT = 10_000
_MAX_VALUES = 100_000
_MAX_DEPTH = 5
_PROPERTIES, _RECIPIENTS, _ATTACHMENT = 0x9003, 0x9004, 0x9005
_SIZES = {0x02: 2, 0x0B: 2, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x07: 8, 0x06: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_SIZED = {0x00, 0x0D, 0x1E, 0x1F, 0x102}
_MULTIPLE, _NAMED = 0x1000, 0x8000
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")


class TooMuch(ValueError):
    """The file wants more than any real one."""


def check(data: bytes) -> None:
    """Raise TooMuch for a file that would keep the library busy, or fill the memory."""
    if len(data) > MAX_BYTES:
        raise TooMuch
    _Walk().objects(data, 0)


class _Walk:
    def __init__(self) -> None:
        self.values = 0

    def objects(self, data: bytes, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise TooMuch
        position, count = 6, 0
        while position + 12 < len(data):
            name, length = struct.unpack_from("<H2xI", data, position + 1)
            content = data[position + 9 : position + 9 + length]
            if name in {_PROPERTIES, _ATTACHMENT}:
                self._properties(content, 0, depth)
            elif name == _RECIPIENTS:
                self._rows(content, depth)
            position += length + 11
            count += 1
            if count * len(data) > _MAX_COPIED:
                raise TooMuch

    def _rows(self, data: bytes, depth: int) -> None:
        count, position = self._count(data, 0), 4
        for _ in range(count):
            position = self._properties(data, position, depth)

    def _properties(self, data: bytes, position: int, depth: int) -> int:
        """Walk over a list of MAPI properties; gives the position behind it. It ends early where the library ends."""
        count = self._count(data, position)
        position += 4
        try:
            for _ in range(count):
                if position >= len(data):
                    break
                position = self._property(data, position, depth)
        except struct.error:
            return len(data)
        return position

    def _property(self, data: bytes, position: int, depth: int) -> int:
        kind, name = struct.unpack_from("<HH", data, position)
        position += 4
        if name >= _NAMED:
            (is_text,) = struct.unpack_from("<I", data, position + 16)
            position += 24
            if is_text:
                position += _padded(struct.unpack_from("<I", data, position - 4)[0])
        repeats = self._count(data, position) if kind & _MULTIPLE else 0
        position += 4 if kind & _MULTIPLE else 0
        size = _SIZES.get(kind & ~_MULTIPLE)
        if size is not None:
            self._tally(repeats)
            repeats = repeats or 1
            return position + size * repeats + (2 if repeats % 2 and size == 2 else 0)
        if kind & ~_MULTIPLE not in _SIZED:
            return len(data)
        return self._sized(data, position - 4 if repeats else position, depth)

    def _sized(self, data: bytes, position: int, depth: int) -> int:
        count = self._count(data, position)
        position += 4
        self._tally(count)
        for _ in range(count):
            (length,) = struct.unpack_from("<I", data, position)
            value = data[position + 4 : position + 4 + length]
            if value.startswith(_EMBEDDED):
                self.objects(value[len(_EMBEDDED) :], depth + 1)
            position += 4 + _padded(length)
        return position

    def _count(self, data: bytes, position: int) -> int:
        (count,) = struct.unpack_from("<I", data, position)
        if count > _MAX_COUNT:
            raise TooMuch
        return int(count)

    def _tally(self, count: int) -> None:
        self.values += count
        if self.values > _MAX_VALUES:
            raise TooMuch


def _padded(length: int) -> int:
    return length + -length % 4
