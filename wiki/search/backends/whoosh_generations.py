"""Where generations of an index live and which one is current; knows no engine.

In the index folder: ``gen-1``, ``gen-2``... each a whole index, ``current`` naming the one in use, and lock files.
Locks are ``flock``: the kernel frees them when a process dies, so a lock file is never deleted and never stale. A
reader holds its generation with a shared lock; a generation that is no longer current is removed once nobody holds
it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from wiki.search.backend import IndexMissing, SearchUnavailable

LOCK_TIMEOUT = 20.0  # seconds to wait for another writer
_POLL = 0.05
_NAME = re.compile(r"gen-(\d+)\Z")


class FileLock:
    """A ``flock`` on a file, held from construction until ``close`` or the end of the process."""

    def __init__(self, path: Path, *, shared: bool = False, timeout: float = 0.0) -> None:
        """Raises BlockingIOError when another holds it for longer than ``timeout`` seconds."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + timeout
        while not self._acquired(shared=shared):
            if time.monotonic() >= deadline:
                self.close()
                raise BlockingIOError(f"{path.name} is held")
            time.sleep(_POLL)

    def _acquired(self, *, shared: bool) -> bool:
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Generations:
    """The folder of an index."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pointer = root / "current"

    def current(self) -> Path:
        """The generation in use. Raises IndexMissing when there is none."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise IndexMissing("There is no search index yet.") from error
        path = self._root / name
        if not _NAME.match(name) or not path.is_dir():
            raise IndexMissing("The search index is gone.")
        return path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer of the current generation. Raises SearchUnavailable when another does not let go."""
        self._root.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(self._root / "writer.lock", timeout=LOCK_TIMEOUT)
        except BlockingIOError as error:
            raise SearchUnavailable("Another process is writing the search index.") from error
        with lock:
            yield

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A new, empty generation; it becomes the current one when the block ends well, and goes when it does not."""
        with self._rebuilding():
            self._remove_unused()
            path = self._root / f"gen-{max(self._numbers(), default=0) + 1}"
            path.mkdir()
            try:
                yield path
                _sync_tree(path)
                with self.writing():
                    self._point_to(path)
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)
                raise
            self._remove_unused()

    def is_replacing(self) -> bool:
        """Whether a new generation is being filled, by whatever process."""
        try:
            FileLock(self._root / "rebuild.lock", shared=True).close()
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False  # not even the folder is there
        return False

    def hold(self, path: Path) -> FileLock:
        """Keep a generation from being removed. Raises FileNotFoundError when it is gone."""
        return FileLock(path / "readers.lock", shared=True)

    def remove_unused(self) -> None:
        """Remove what is neither current, nor held by a reader, nor being filled."""
        with suppress(SearchUnavailable), self._rebuilding():
            self._remove_unused()

    @contextmanager
    def _rebuilding(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(self._root / "rebuild.lock", timeout=2 * _POLL)
        except BlockingIOError as error:
            raise SearchUnavailable("The search index is being rebuilt already.") from error
        with lock:
            yield

    def _remove_unused(self) -> None:
        try:
            current: Path | None = self.current()
        except IndexMissing:
            current = None
        for number in self._numbers():
            path = self._root / f"gen-{number}"
            if path != current:
                with suppress(OSError), FileLock(path / "readers.lock"):
                    shutil.rmtree(path)

    def _numbers(self) -> list[int]:
        return [int(match[1]) for entry in self._root.iterdir() if (match := _NAME.match(entry.name))]

    def _point_to(self, path: Path) -> None:
        fresh = self._pointer.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._pointer)
        sync(self._root)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(path: Path) -> None:
    for entry in path.iterdir():
        sync(entry)
    sync(path)
