"""Writing zip archives to a stream that only goes forward, in constant memory (PKWARE's APPNOTE.TXT, version 6.3).

The directory, which stands at the end, waits in a file that is kept in memory while it is small. Sizes stand behind
each entry, and every number has its place for more than 4 GB.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from wiki.words import MEBIBYTE

_IN_MEMORY = 4 * MEBIBYTE
_CHUNK = 256 * 1024
_FLAGS = 0x0808  # sizes behind the entry; the name is UTF-8
_DEFLATED = 8
_VERSION = 45
_MADE_ON_UNIX = 3 << 8 | _VERSION
_FILE, _FOLDER = 0o100644 << 16, 0o40755 << 16 | 0x10
_HUGE = 0xFFFFFFFF
_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
_LAST = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


class ZipWriter:
    """An archive that is being written; what its methods yield is to be sent on in that order."""

    def __init__(self, folder: Path | None = None) -> None:
        spool = None if folder is None else str(folder)
        self._directory: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=spool)  # noqa: SIM115 - close() does
        self._position = 0
        self._count = 0

    def file(self, name: str, content: Iterable[bytes], modified: datetime | None = None) -> Iterator[bytes]:
        """An entry; ``modified`` is kept to the second, and left out when nobody knows."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        begun = self._position
        yield self._sent(_local(name, modified))
        crc = size = packed = 0
        for piece in content:
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            if given := packer.compress(piece):
                packed += len(given)
                yield self._sent(given)
        given = packer.flush()
        packed += len(given)
        yield self._sent(given + struct.pack("<4sLQQ", b"PK\x07\x08", crc, packed, size))
        self._note(name, modified, (crc, packed, size), begun)

    def folder(self, name: str) -> Iterator[bytes]:
        """An entry that is an empty folder; the name ends with a slash."""
        begun = self._position
        encoded = name.encode()
        fields = struct.pack("<5H3L2H", _VERSION, 0x0800, 0, 0, 0x21, 0, 0, 0, len(encoded), 0)
        yield self._sent(b"PK\x03\x04" + fields + encoded)
        self._note(name, None, (0, 0, 0), begun)

    def end(self) -> Iterator[bytes]:
        """The directory, and the end of the archive."""
        begun = self._position
        with self._directory as directory:
            directory.seek(0)
            while block := directory.read(_CHUNK):
                yield self._sent(block)
        length = self._position - begun
        counts = (self._count, self._count, length, begun)
        yield struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, _MADE_ON_UNIX, _VERSION, 0, 0, *counts)
        yield struct.pack("<4sLQL", b"PK\x06\x07", 0, self._position, 1)
        yield struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, _HUGE, _HUGE, 0)

    def close(self) -> None:
        """Give up what is held; to be called in any case."""
        self._directory.close()

    def _sent(self, data: bytes) -> bytes:
        self._position += len(data)
        return data

    def _note(self, name: str, modified: datetime | None, sums: tuple[int, int, int], begun: int) -> None:
        crc, packed, size = sums
        is_folder = name.endswith("/")
        encoded = name.encode()
        extra = struct.pack("<2H3Q", 1, 24, size, packed, begun) + _unix_time(modified)
        self._directory.write(
            struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", _MADE_ON_UNIX, _VERSION, 0x0800 if is_folder else _FLAGS,
                0 if is_folder else _DEFLATED, *_dos_time(modified), crc, _HUGE, _HUGE,
                len(encoded), len(extra), 0, 0, 0, _FOLDER if is_folder else _FILE, _HUGE,
            )
            + encoded
            + extra
        )  # fmt: skip
        self._count += 1


def _local(name: str, modified: datetime | None) -> bytes:
    encoded = name.encode()
    # That sizes of more than 4 GB have their place here tells readers how wide those behind the entry are.
    extra = struct.pack("<2H2Q", 1, 16, 0, 0) + _unix_time(modified)
    fields = (_VERSION, _FLAGS, _DEFLATED, *_dos_time(modified), 0, _HUGE, _HUGE, len(encoded), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + encoded + extra


def _dos_time(modified: datetime | None) -> tuple[int, int]:
    moment = min(max(modified or _FIRST, _FIRST), _LAST).astimezone(UTC)
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - 1980) << 9 | moment.month << 5 | moment.day


def _unix_time(modified: datetime | None) -> bytes:
    seconds = -1 if modified is None else int(modified.timestamp())
    return struct.pack("<2HBL", 0x5455, 5, 1, seconds) if 0 <= seconds < 2**32 else b""
