"""Reading zip archives entry by entry, in the memory of one entry (PKWARE's APPNOTE.TXT, version 6.3).

The standard library's reader holds the whole directory of an archive: a file of 2 GB can name 40 million entries,
and an honest export of a large Maildir a million. Here the directory is read as it goes, nothing is ever written to a
path, and what is encrypted, no regular file, or packed in an unknown way is told apart before it is opened.
"""

from __future__ import annotations

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from wiki.mail.formats.budget import Budget
from wiki.mail.formats.packed import BUFFER, Damaged, Unpacking, deflate

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_UNIX = 3
_STORED, _DEFLATED = 0, 8
_NO_ZIP = "It is damaged or incomplete: the directory of the archive cannot be read."
_NOT_THERE = "It is damaged: its bytes are not where the directory says."
_WRONG_COUNT = "It is damaged: the number of its entries, {:,}, is not the one that it gives itself."


@dataclass(frozen=True)
class ZipEntry:
    """An entry as the directory tells of it. ``position`` is where its bytes lie; ``modified`` only if in UTC."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    position: int
    mode: int
    modified: datetime | None

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder."""
        return self.name.endswith("/") or stat.S_ISDIR(self.mode)

    @property
    def refusal(self) -> str | None:
        """Why it cannot be opened, in a sentence."""
        kind = stat.S_IFMT(self.mode)
        if kind == stat.S_IFLNK:
            return "It is a symbolic link."
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            return "It is a device, and no file."
        if self.flags & 1:
            return "It is encrypted."
        if self.method not in (_STORED, _DEFLATED):
            return "It is packed in a way that is not known here."
        return None


def entries(stream: BinaryIO) -> Iterator[ZipEntry]:
    """Yield the entries in the directory's order; the stream may be moved meanwhile. Raises Damaged."""
    position, end, count, counted = _directory(stream)
    read = 0
    while position < end:
        stream.seek(position)
        head = _exactly(stream, _ENTRY.size)
        fields = _ENTRY.unpack(head)
        if fields[0] != b"PK\x01\x02":
            raise Damaged(_NO_ZIP)
        lengths = fields[12:15]
        name, extra = _exactly(stream, lengths[0]), _exactly(stream, lengths[1])
        yield _entry(fields, name, extra)
        position += _ENTRY.size + sum(lengths)
        read += 1
    # A count of 16 bits begins anew behind 65,535: some programs write no larger one.
    if position != end or read % counted != count:
        raise Damaged(_WRONG_COUNT.format(read))


def opened(stream: BinaryIO, entry: ZipEntry, budget: Budget) -> io.BufferedReader:
    """The bytes of an entry; reading to the end raises Damaged unless size and checksum are right."""
    if entry.position > stream.seek(0, io.SEEK_END) - _LOCAL.size:
        raise Damaged(_NOT_THERE)
    stream.seek(entry.position)
    local = _LOCAL.unpack(_exactly(stream, _LOCAL.size))
    if local[0] != b"PK\x03\x04":
        raise Damaged(_NOT_THERE)
    window = _Window(stream, entry.position + _LOCAL.size + local[9] + local[10], entry.packed)
    if entry.method == _DEFLATED:
        plain: io.RawIOBase = Unpacking(window.read, deflate, budget, repeats=False)
    else:
        plain = _Stored(window, budget)
    return io.BufferedReader(_Checked(plain, entry), BUFFER)


def _directory(stream: BinaryIO) -> tuple[int, int, int, int]:
    """Where the directory begins and ends, how many entries it has, and where their counter begins anew."""
    size = stream.seek(0, io.SEEK_END)
    begin = max(0, size - _END.size - 0xFFFF)
    stream.seek(begin)
    tail = stream.read(size - begin)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Damaged(_NO_ZIP)
    _, _, _, _, count, length, position, _ = _END.unpack_from(tail, at)
    end, counted = begin + at, 1 << 16
    if 0xFFFF in (count,) or 0xFFFFFFFF in (length, position):
        located = _END_64_LOCATOR.unpack_from(tail, at - _END_64_LOCATOR.size) if at >= _END_64_LOCATOR.size else None
        if located and located[0] == b"PK\x06\x07":
            if located[2] > end:
                raise Damaged(_NO_ZIP)
            stream.seek(located[2])
            found = _END_64.unpack(_exactly(stream, _END_64.size))
            if found[0] != b"PK\x06\x06":
                raise Damaged(_NO_ZIP)
            count, length, position, end = found[7], found[8], found[9], located[2]
            counted = 1 << 64
    if position + length > end:
        raise Damaged(_NO_ZIP)
    return position, position + length, count, counted


def _entry(fields: tuple[int, ...], name: bytes, extra: bytes) -> ZipEntry:
    _, _, system, _, _, flags, method, _, _, crc, packed, size, _, _, _, _, _, attributes, position = fields
    modified = None
    for tag, data in _extras(extra):
        if tag == 1:  # sizes of more than 4 GB, those that were too large for their fields in this order
            numbers = iter(value for (value,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8]))
            size = next(numbers, size) if size == 0xFFFFFFFF else size
            packed = next(numbers, packed) if packed == 0xFFFFFFFF else packed
            position = next(numbers, position) if position == 0xFFFFFFFF else position
        elif tag == 0x5455 and len(data) >= 5 and data[0] & 1:
            modified = datetime.fromtimestamp(struct.unpack_from("<L", data, 1)[0], UTC)
    text = name.decode("utf-8", "replace") if flags & 0x800 else name.decode("cp437")
    return ZipEntry(
        text, flags, method, crc, packed, size, position, attributes >> 16 if system == _UNIX else 0, modified
    )


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        yield tag, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _exactly(stream: BinaryIO, number: int) -> bytes:
    found = stream.read(number)
    if len(found) != number:
        raise Damaged(_NO_ZIP)
    return found


class _Window:
    """A part of a stream that others move as well."""

    def __init__(self, stream: BinaryIO, position: int, length: int) -> None:
        self._stream = stream
        self._position = position
        self._left = length

    def read(self, most: int) -> bytes:
        """Further bytes of it; none at its end."""
        self._stream.seek(self._position)
        found = self._stream.read(min(most, self._left))
        self._position += len(found)
        self._left -= len(found)
        return found


class _Stored(io.RawIOBase):
    """An entry that is not packed. It counts too: entries may lie on top of each other."""

    def __init__(self, window: _Window, budget: Budget) -> None:
        super().__init__()
        self._window = window
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._window.read(len(buffer))
        buffer[: len(found)] = found
        self._budget.spend(len(found))
        return len(found)


class _Checked(io.RawIOBase):
    """An entry's bytes, compared at their end with what the directory says of them."""

    def __init__(self, plain: io.RawIOBase, entry: ZipEntry) -> None:
        super().__init__()
        self._plain = plain
        self._entry = entry
        self._size = 0
        self._crc = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number = self._plain.readinto(buffer) or 0
        self._size += number
        self._crc = zlib.crc32(buffer[:number], self._crc)
        if not number and len(buffer) and (self._size, self._crc) != (self._entry.size, self._entry.crc):
            raise Damaged("It is damaged: its size or checksum is not what the archive says.")
        return number
