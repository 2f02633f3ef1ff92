"""How much a packed file may unpack to: bombs make gigabytes out of nothing, mail does not.

A file may unpack to a hundred times its size (docs/reliability.md, section 4), or to what is small anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wiki.blobs.store import Spool
from wiki.mail.formats import mbox
from wiki.words import MEBIBYTE

MOST_UNPACKED = 200 * 1024 * MEBIBYTE
RATIO = 100
SMALL_FILE = 512 * MEBIBYTE
SMALL_ENTRY = 16 * MEBIBYTE


class Bomb(Exception):
    """Something unpacks to far more than mail would; the message is a sentence for the person."""


@dataclass(frozen=True)
class Limits:
    """What may be read: bytes of one message, bytes that a file unpacks to, and where to spool archives in archives.

    ``new_spool`` takes messages that are too large for memory; without one they are kept there.
    """

    message: int = mbox.MAX_MESSAGE
    unpacked: int = MOST_UNPACKED
    spool: Path | None = None
    new_spool: Callable[[], Spool] | None = None


class Budget:
    """What may still be unpacked, of the whole file and of the entry that is being read."""

    def __init__(self, size: int, limits: Limits) -> None:
        self._left = min(max(SMALL_FILE, RATIO * size), limits.unpacked)
        self._entry: int | None = None

    def spend(self, number: int) -> None:
        """Note that so many bytes were unpacked. Raises Bomb."""
        self._left -= number
        if self._entry is not None:
            self._entry -= number
            if self._entry < 0:
                raise Bomb("It unpacks to more than a hundred times its size.")
        if self._left < 0:
            raise Bomb("The file unpacks to more than may be imported at once.")

    @contextmanager
    def entry(self, packed: int) -> Iterator[None]:
        """Bound what one entry, of so many packed bytes, unpacks to; an entry in it is bounded by it too."""
        outer, allowed = self._entry, max(SMALL_ENTRY, RATIO * packed)
        self._entry = begun = allowed if outer is None else min(outer, allowed)
        try:
            yield
        finally:
            self._entry = None if outer is None else outer - (begun - self._entry)
