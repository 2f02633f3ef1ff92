"""Where bytes wait until they are whole: a folder for each process, on the file system of the blobs.

The folder is locked (flock) for as long as its process lives, and the kernel frees the lock of one that was killed.
So what lies in a folder that can be locked belongs to nobody, and may be removed whoever else is at work.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
import tempfile
import threading
import weakref
from pathlib import Path

from wiki.blobs.store import Spooled

_ATTEMPTS = 10


class Incoming:
    """The files of this process, below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._guard = threading.Lock()
        self._folder: Path | None = None
        self._owner = 0
        self._numbers = itertools.count()

    def new_file(self) -> tuple[int, Path]:
        """A new empty file: a descriptor to write to, and where it is."""
        path = self._own_folder() / f"{next(self._numbers):x}"  # nobody else writes to this folder
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), path

    def sweep(self) -> int:
        """Remove what killed processes left half-written; gives the number of files."""
        count = 0
        for folder in sorted(self._root.iterdir()):
            descriptor = _locked(folder)
            if descriptor is not None:
                try:
                    count += sum(1 for _ in folder.iterdir())
                    shutil.rmtree(folder, ignore_errors=True)
                except FileNotFoundError:  # another sweep was here first; its lock went with the folder
                    continue
                finally:
                    os.close(descriptor)
        return count

    def _own_folder(self) -> Path:
        with self._guard:
            # A child that was forked does not share its parent's folder: whoever ends first would take it away.
            if self._folder is None or self._owner != os.getpid() or not self._folder.is_dir():
                self._folder, descriptor = self._locked_folder()
                self._owner = os.getpid()
                weakref.finalize(self, _leave, descriptor, self._folder, self._owner)
            return self._folder

    def _locked_folder(self) -> tuple[Path, int]:
        for _ in range(_ATTEMPTS):
            folder = Path(tempfile.mkdtemp(dir=self._root))
            descriptor = _locked(folder)
            if descriptor is not None:
                if folder.is_dir():
                    return folder, descriptor
                os.close(descriptor)  # somebody swept it before it was locked
        raise OSError(f"No folder below {self._root} could be locked.")


class SpoolFile:
    """A file that grows while bytes come, of a number nobody can hold in memory; hashed on the way."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming  # whose lock is held for as long as anybody needs it
        descriptor, self._path = incoming.new_file()
        self._stream = os.fdopen(descriptor, "wb", buffering=0)
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, octets: bytes) -> None:
        """Put these behind what has come so far."""
        remaining = memoryview(octets)
        while remaining:
            remaining = remaining[self._stream.write(remaining) :]
        self._digest.update(octets)
        self._size += len(octets)

    def finish(self) -> Spooled:
        """All has come. The file is not durable yet: that is for whoever adopts it."""
        self._stream.close()
        return Spooled(self._path, self._size, self._digest.hexdigest())

    def discard(self) -> None:
        """Remove it; safe to call at any time."""
        self._stream.close()
        self._path.unlink(missing_ok=True)


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock, or None when another holds it or it is no folder any more."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _leave(descriptor: int, folder: Path, owner: int) -> None:
    """Give the folder up; what is left in it is for the next sweep."""
    if os.getpid() == owner and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    os.close(descriptor)
