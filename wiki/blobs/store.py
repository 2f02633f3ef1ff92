"""The port behind which raw bytes are kept. Content-addressed: the name of a blob is the SHA-256 of its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import Protocol

CHUNK = 256 * 1024


class BlobMissing(Exception):
    """There is no blob of that name."""


@dataclass(frozen=True)
class Spooled:
    """Bytes that are too many for memory, in a file until the store adopts them; ``len()`` is their number."""

    path: Path
    size: int
    sha256: str

    def __len__(self) -> int:
        return self.size

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, a piece at a time."""
        with self.path.open("rb") as stream:
            while piece := stream.read(CHUNK):
                yield piece

    def discard(self) -> None:
        """Remove the file, unless the store has it by now."""
        self.path.unlink(missing_ok=True)


class Spool(Protocol):
    """What takes bytes as they come and keeps none of them in memory. An OSError means that the disk failed."""

    def write(self, octets: bytes) -> None:
        """Put these behind what has come so far."""

    def finish(self) -> Spooled:
        """All has come."""

    def discard(self) -> None:
        """Nobody wants it: remove what has come; safe to call at any time."""


class BlobStore(Protocol):
    """Write once, never change. A contract suite (tests/contracts) runs on every implementation."""

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Keep each content, durable on return, and give their names.

        What is already there is not written again, unless it is damaged: then this mends it.

        An OSError (a full disk, a failed sync) leaves no half-written blob under a name.
        """

    def spool(self) -> Spool:
        """Begin to receive one content in pieces, on the store's own file system; a killed process leaves no trace."""

    def adopt(self, spooled: Spooled) -> str:
        """Keep what a spool has received, durable on return, and give its name; the file is the store's from now on.

        An OSError leaves neither the file nor a blob.
        """

    def open(self, sha256: str) -> BufferedReader:
        """Open for reading. Raises BlobMissing."""

    def read(self, sha256: str) -> bytes:
        """The whole content. Raises BlobMissing."""

    def verify(self, sha256: str) -> bool:
        """Read the content from the store again and compare its hash with its name; a missing blob is False."""

    def __contains__(self, sha256: str) -> bool:
        """Whether a blob of that name is kept (its content is not read)."""

    def names(self, prefix: str = "") -> Iterator[str]:
        """Every name kept that begins so, in no order."""

    def remove(self, sha256: str, unused_for: timedelta) -> bool:
        """Remove a blob that nothing names, unless somebody put it less than so long ago; whether it was removed."""
