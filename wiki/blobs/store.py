"""The port behind which raw bytes are kept. Content-addressed: the name of a blob is the SHA-256 of its bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BufferedReader
from typing import Protocol


class BlobMissing(Exception):
    """There is no blob of that name."""


class BlobStore(Protocol):
    """Write once, never change. A contract suite (tests/contracts) runs on every implementation."""

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Keep each content, durable on return, and give their names; what is already there is not written again.

        An OSError (a full disk, a failed sync) leaves no half-written blob under a name.
        """

    def open(self, sha256: str) -> BufferedReader:
        """Open for reading. Raises BlobMissing."""

    def read(self, sha256: str) -> bytes:
        """The whole content. Raises BlobMissing."""

    def verify(self, sha256: str) -> bool:
        """Read the content from the store again and compare its hash with its name; a missing blob is False."""

    def __contains__(self, sha256: str) -> bool:
        """Whether a blob of that name is kept (its content is not read)."""

    def names(self) -> Iterator[str]:
        """Every name kept, in no order."""
