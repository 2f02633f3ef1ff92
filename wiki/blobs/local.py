"""Blobs as files: ``blobs/ab/cdef…``, written beside, synced, renamed, and their folders synced.

One file at a time would wait for the disk once a message; a batch writes all, then syncs all, and where it is large
syncs the file system once instead of each file (docs/decisions/029-blobs-stay-files.md has the figures).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedReader
from pathlib import Path

from wiki.blobs import file_system
from wiki.blobs.file_system import FileSystem
from wiki.blobs.incoming import Incoming, SpoolFile
from wiki.blobs.store import BlobMissing, Spooled

SYNCS_AT_ONCE = 16
MANY = 32
"""From so many files on the file system is synced as a whole. A few are not worth waiting for what others write."""
_LOCK = "remove.lock"
NAME = re.compile(r"[0-9a-f]{64}")


class LocalBlobStore:
    """A BlobStore in one folder of a local file system."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = Incoming(root / "incoming")

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """See BlobStore. A sync that fails is not tried again: the page cache may already have lied about it."""
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        given = dict(zip(names, contents, strict=True))
        with self._nothing_removed():
            wanted = {name: content for name, content in given.items() if not self._keeps(name, content)}
        written: dict[str, Path] = {}
        with file_system.watched(self._root) as whole:
            try:
                for name, content in wanted.items():
                    written[name] = self._write(content)
                _sync_all(written.values(), whole)
                for name, path in written.items():
                    self._place(name, path)
                # Those of blobs that were there already too: whoever put them may not have come to this.
                _sync_all(
                    [*(self._root / prefix for prefix in sorted({name[:2] for name in names})), self._root], whole
                )
            except BaseException:
                for path in written.values():
                    path.unlink(missing_ok=True)
                raise
        return names

    def spool(self) -> SpoolFile:
        """See BlobStore."""
        return SpoolFile(self._incoming)

    def adopt(self, spooled: Spooled) -> str:
        """See BlobStore."""
        name = spooled.sha256
        try:
            with self._nothing_removed():
                is_there = self.verify(name) and self._is_young_again(name)
            if is_there:
                spooled.discard()
            else:
                _sync(spooled.path)
                self._place(name, spooled.path)
            _sync_all([self._path(name).parent, self._root], None)
        except BaseException:
            spooled.discard()
            raise
        return name

    def path(self, sha256: str) -> Path:
        """The file of a blob, for a process of ours that reads it. Raises BlobMissing for what is no name."""
        return self._path(sha256)

    def open(self, sha256: str) -> BufferedReader:
        """See BlobStore."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error

    def read(self, sha256: str) -> bytes:
        """See BlobStore."""
        with self.open(sha256) as stream:
            return stream.read()

    def verify(self, sha256: str) -> bool:
        """See BlobStore."""
        try:
            with self.open(sha256) as stream:
                # What the disk has is asked for, not what memory still knows of it.
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except BlobMissing:
            return False

    def __contains__(self, sha256: str) -> bool:
        """See BlobStore."""
        return self._path(sha256).exists()

    def names(self, prefix: str = "") -> Iterator[str]:
        """See BlobStore."""
        for folder in sorted(self._root.iterdir()):
            if len(folder.name) == 2 and folder.name.startswith(prefix[:2]):
                for path in folder.iterdir():
                    if path.name.startswith(prefix[2:]):
                        yield folder.name + path.name

    def remove(self, sha256: str, unused_for: timedelta) -> bool:
        """See BlobStore."""
        path = self._path(sha256)
        with (self._root / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                if time.time() - path.stat().st_mtime < unused_for.total_seconds():
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
            return True

    def sweep(self) -> int:
        """Remove what a killed process left half-written; others may be writing meanwhile. Gives the count."""
        return self._incoming.sweep()

    def _write(self, content: bytes) -> Path:
        descriptor, path = self._incoming.new_file()
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as stream:
                waiting = memoryview(content)
                while waiting:
                    waiting = waiting[stream.write(waiting) :]
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def _place(self, name: str, path: Path) -> None:
        target = self._path(name)
        try:
            path.rename(target)
        except FileNotFoundError:
            target.parent.mkdir(exist_ok=True, mode=0o700)
            path.rename(target)

    def _keeps(self, name: str, content: bytes) -> bool:
        """Whether the blob is there and whole: a power cut can leave a name with nothing behind it, a disk loses bits.

        What is there is about to be named by a row: until then it must not be taken for an orphan.
        """
        try:
            with self._path(name).open("rb") as stream:
                if os.fstat(stream.fileno()).st_size != len(content) or stream.read() != content:
                    return False
        except FileNotFoundError:
            return False
        return self._is_young_again(name)

    def _is_young_again(self, name: str) -> bool:
        os.utime(self._path(name))
        return True

    @contextmanager
    def _nothing_removed(self) -> Iterator[None]:
        with (self._root / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def _path(self, sha256: str) -> Path:
        # Names reach this from the database only, but a path is never made from anything but a hash.
        if not NAME.fullmatch(sha256):
            raise BlobMissing(sha256)
        return self._root / sha256[:2] / sha256[2:]


def _sync_all(paths: Collection[Path], whole: FileSystem | None) -> None:
    """Make files or folders durable. Raises the first OSError.

    One by one they are synced side by side, so that the journal commits many of them in one go.
    """
    if whole is not None and len(paths) >= MANY:
        whole.sync()
        return
    with ThreadPoolExecutor(SYNCS_AT_ONCE) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
