"""Files that hold files. Nothing is unpacked before what it would come to has been looked at (zip bombs)."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from wiki.mail.extraction.readers.extracted import DAMAGED, Page, Unreadable
from wiki.words import MEBIBYTE

MOST_ENTRIES = 10_000
MOST_UNPACKED = 256 * MEBIBYTE
LARGEST_RATIO = 100
# What unpacks to so little is harmless at any ratio.
HARMLESS = MEBIBYTE
_ENCRYPTED = 0x1

LOCKED = "This file is locked by a password."
BOMB = "This file would unpack to far more than its size, as a zip bomb does; it was not opened."


def opened(content: bytes) -> zipfile.ZipFile:
    """A zip file that is safe to unpack. Raises Unreadable.

    Python reads no more of an entry than its directory declares, so the sizes there are a bound.
    """
    archive = _zip(content)
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(f"This file holds more than {MOST_ENTRIES:,} files; it was not opened.")
    # Entries that overlap pack the same bytes many times.
    if packed > len(content) or unpacked > MOST_UNPACKED or unpacked > max(HARMLESS, LARGEST_RATIO * len(content)):
        raise Unreadable(BOMB)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable(LOCKED)
    return archive


def zip_names(content: bytes) -> frozenset[str]:
    """The names in a zip file; empty for what is none."""
    try:
        return frozenset(_zip(content).namelist())
    except Unreadable:
        return frozenset()


def begin_of_member(content: bytes, name: str, most: int) -> bytes:
    """The first bytes of a member of a zip file; empty when that cannot be had."""
    try:
        with _zip(content).open(name) as member:
            return member.read(most)
    except (Unreadable, KeyError, RuntimeError, OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError):
        return b""


def zip_listing(content: bytes) -> Iterator[Page]:
    """The names in a zip file as one page; nothing in it is opened."""
    yield Page("", "\n".join(_zip(content).namelist()[:MOST_ENTRIES]))


def tar_listing(content: bytes) -> Iterator[Page]:
    """The names in a plain tar file as one page. A packed one is not unpacked."""
    names: list[str] = []
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for entry in archive:
            names.append(entry.name)
            if len(names) >= MOST_ENTRIES:
                break
    yield Page("", "\n".join(names))


def _zip(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(DAMAGED) from error
