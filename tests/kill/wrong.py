"""Mistakes that a fetch could make, put into the product from outside: the harness must find each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wiki.blobs.local import LocalBlobStore
from wiki.mail import ingest
from wiki.mail.transport.imap import ImapSession


def delete_before_the_commit() -> None:
    """Remove messages from the server as soon as they came."""
    real = ImapSession._fetch_batch

    def wrong(self: ImapSession, batch: list[int], sizes: dict[int, int]) -> Iterator[Any]:
        fetched = list(real(self, batch, sizes))
        self.delete(batch)
        yield from fetched

    setattr(ImapSession, "_fetch_batch", wrong)  # noqa: B010 - a patch that mypy need not bless


def expunge_everything() -> None:
    """Flag exactly what may go, then expunge whatever is flagged, by whomever (the wire refuses a bare EXPUNGE)."""

    def wrong(self: ImapSession, uids: str) -> None:
        self._wire.uid_command("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        self._wire.uid_command("EXPUNGE", "1:*")

    setattr(ImapSession, "_remove", wrong)  # noqa: B010


def rows_before_blobs() -> None:
    """Commit the rows first, and write the blobs afterwards."""
    put, take = LocalBlobStore.put_many, ingest.Digestion.take
    waiting: list[tuple[LocalBlobStore, list[bytes]]] = []

    def promise(self: LocalBlobStore, contents: Sequence[bytes]) -> list[str]:
        waiting.append((self, list(contents)))
        return [hashlib.sha256(content).hexdigest() for content in contents]

    def write_then_take(self: ingest.Digestion, raws: Any) -> None:
        for blobs, contents in waiting:
            put(blobs, contents)
        waiting.clear()
        take(self, raws)

    setattr(LocalBlobStore, "put_many", promise)  # noqa: B010
    setattr(ingest.Digestion, "take", write_then_take)  # noqa: B010


FAULTS: dict[str, Callable[[], None]] = {
    "delete before the commit": delete_before_the_commit,
    "expunge everything": expunge_everything,
    "rows before blobs": rows_before_blobs,
}
