"""Reading tar archives entry by entry, forward only; the format is the standard library's, the bounds are ours."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, BinaryIO, cast

from wiki.mail.formats.packed import CHUNK, Damaged
from wiki.words import MEBIBYTE

HEADER = 512
_LONGEST_READ = 4 * MEBIBYTE
"""The library reads long names whole, and an archive may call anything a name."""
_NO_FURTHER = "It is damaged or incomplete: of its entries only the first {:,} can be read."
_KINDS = {
    tarfile.SYMTYPE: "It is a symbolic link.",
    tarfile.LNKTYPE: "It is a hard link.",
    tarfile.CHRTYPE: "It is a device, and no file.",
    tarfile.BLKTYPE: "It is a device, and no file.",
    tarfile.FIFOTYPE: "It is a device, and no file.",
    tarfile.GNUTYPE_SPARSE: "It is a file with holes.",
}


def is_tar(begin: bytes) -> bool:
    """Whether a file that begins so is a tar archive: its first header has the right checksum."""
    if len(begin) < HEADER:
        return False
    try:
        tarfile.TarInfo.frombuf(begin[:HEADER], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def entries(stream: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, io.BufferedReader | None]]:
    """Yield each entry with its bytes, which can be read until the next one; None for what is no file. Raises Damaged.

    What an entry is that is no file, :func:`refusal` says.
    """
    forward = _Forward(stream)
    count = 0
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", forward), mode="r:", errors="surrogateescape") as opened:
            while (member := opened.next()) is not None:
                if member.size < 0:
                    raise Damaged(_NO_FURTHER.format(count))
                count += 1
                is_file = member.isreg() and not member.issparse()
                yield member, io.BufferedReader(_Content(forward, member)) if is_file else None
                # The library remembers every entry; nobody asks for one again.
                opened.members.clear()  # type: ignore[attr-defined]  # typeshed does not know it
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise Damaged(_NO_FURTHER.format(count)) from error
    if not forward.is_at_end():
        raise Damaged(_NO_FURTHER.format(count))


def refusal(member: tarfile.TarInfo) -> str | None:
    """Why an entry cannot be opened, in a sentence; None for files and folders."""
    if member.issparse():
        return _KINDS[tarfile.GNUTYPE_SPARSE]
    if member.isreg() or member.isdir():
        return None
    return _KINDS.get(member.type, "It is neither a file nor a folder.")


def modified(member: tarfile.TarInfo) -> datetime | None:
    """When the file was changed last, if that is a moment."""
    try:
        return datetime.fromtimestamp(int(member.mtime), UTC) if member.mtime > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


class _Forward:
    """A stream for the library that only goes forward, and gives no more at once than an entry's name may need."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._position = stream.tell()
        self._last = b""

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._position:
            raise Damaged("It is damaged: the archive leads back to its beginning.")
        while self._position < offset:
            if not self.read(min(CHUNK, offset - self._position)):
                raise Damaged("It is damaged: it ends too early.")
        return self._position

    def read(self, most: int) -> bytes:
        if not 0 <= most <= _LONGEST_READ:
            raise Damaged("It is damaged: an entry has a name of many megabytes.")
        self._last = self._stream.read(most)
        self._position += len(self._last)
        return self._last

    def is_at_end(self) -> bool:
        """Whether the header that was just read is the mark of the archive's end, with nothing but zeros behind it.

        The library says "no further entry" of a header that is cut, zeroed or wrong as well.
        """
        is_end = self._last == bytes(HEADER)
        while is_end and (block := self.read(CHUNK)):
            is_end = not block.strip(b"\0")
        return is_end


class _Content(io.RawIOBase):
    """The bytes of an entry."""

    def __init__(self, forward: _Forward, member: tarfile.TarInfo) -> None:
        super().__init__()
        forward.seek(member.offset_data)
        self._forward = forward
        self._size = member.size
        self._position = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._size - self._position)
        found = self._forward.read(min(wanted, CHUNK))
        if wanted and not found:
            raise Damaged("It is damaged: it ends too early.")
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)
