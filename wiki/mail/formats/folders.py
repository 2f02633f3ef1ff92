"""Walking a folder of mail on this machine: a Maildir with its subfolders, a folder of .eml files, a profile.

No link is followed, not even one that is put there while the walk goes on: folders and files are opened below the
descriptor of the folder that they were listed in.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

DEEPEST = 60


@dataclass(frozen=True)
class FolderEntry:
    """What the folder holds, but for folders. ``parts`` are its folders and name; ``stream`` is None for no file."""

    parts: tuple[str, ...]
    size: int
    modified: datetime
    stream: BinaryIO | None
    refusal: str = ""

    @property
    def name(self) -> str:
        """Its path in the folder, fit to be shown and stored whatever bytes it was made of."""
        return "/".join(_shown(part) for part in self.parts)


def entries(path: Path) -> Iterator[FolderEntry]:
    """Yield what is there, in the order of the names; each stream can be read until the next one. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield from _below(descriptor, ())
    finally:
        os.close(descriptor)


def total_size(path: Path) -> int:
    """The bytes of all files together."""
    return sum(each.size for each in entries(path))


def _below(folder: int, parents: tuple[str, ...]) -> Iterator[FolderEntry]:
    with os.scandir(folder) as found:
        names = sorted((each.name for each in found), key=_shown)
    for name in names:
        parts = (*parents, name)
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            continue  # a mail program has moved it meanwhile
        modified = datetime.fromtimestamp(max(0, int(status.st_mtime)), UTC)
        if stat.S_ISDIR(status.st_mode):
            if len(parts) > DEEPEST:
                yield FolderEntry(parts, 0, modified, None, "It lies too deep.")
                continue
            with _opened(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, folder) as inner:
                yield from _below(inner, parts)
        elif stat.S_ISREG(status.st_mode):
            yield from _file(FolderEntry(parts, status.st_size, modified, None), folder)
        else:
            is_link = stat.S_ISLNK(status.st_mode)
            reason = "It is a symbolic link." if is_link else "It is a device, and no file."
            yield FolderEntry(parts, 0, modified, None, reason)


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _file(entry: FolderEntry, folder: int) -> Iterator[FolderEntry]:
    # Not to wait for ever, should it have become a pipe since it was looked at.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(entry.parts[-1], flags, dir_fd=folder)
    except FileNotFoundError:
        return
    except PermissionError:
        yield FolderEntry(entry.parts, 0, entry.modified, None, "It may not be read by this program.")
        return
    with os.fdopen(descriptor, "rb") as stream:
        yield FolderEntry(entry.parts, entry.size, entry.modified, stream)


@contextmanager
def _opened(name: str, flags: int, folder: int) -> Iterator[int]:
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
