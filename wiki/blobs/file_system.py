"""Syncing a whole file system at once, by syncfs(2): one wait for hundreds of files where fsync would wait for each.

Linux reports a failed write by it since 5.8 (https://man7.org/linux/man-pages/man2/syncfs.2.html); an older kernel
says that all is well, and is not asked.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class FileSystem:
    """The file system of a folder, watched from now on: an error of what was written meanwhile is not passed over."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def sync(self) -> None:
        """Make all that was written to it durable, files and folders. Raises OSError."""
        if _SYNCFS(self._descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


@contextmanager
def watched(folder: Path) -> Iterator[FileSystem | None]:
    """The file system of a folder; None where the kernel cannot be asked to sync one and to tell what failed."""
    if not _IS_TRUSTED:
        yield None
        return
    # The errors that a descriptor reports are those since it was opened: it is opened before anything is written.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield FileSystem(descriptor)
    finally:
        os.close(descriptor)


def _is_trusted() -> bool:
    system, _, release, *_ = os.uname()
    numbers = re.match(r"(\d+)\.(\d+)", release)
    if system != "Linux" or numbers is None or not hasattr(_LIBRARY, "syncfs"):
        return False
    return (int(numbers[1]), int(numbers[2])) >= (5, 8)


_LIBRARY = ctypes.CDLL(None, use_errno=True)
_IS_TRUSTED = _is_trusted()
_SYNCFS: Any = _LIBRARY.syncfs if _IS_TRUSTED else None
