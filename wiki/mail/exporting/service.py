"""Exports: put on record, then sent as they are made. Knows no request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO

import structlog

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.blobs.store import BlobMissing
from wiki.errors import Conflict
from wiki.jobs.progress import Progress
from wiki.mail.exporting.queries import Selection, Totals, selected
from wiki.mail.formats.bundles import Bundle, Outgoing
from wiki.permissions.actor import Actor

AT_ONCE = 4
"""Exports that one process makes side by side: each keeps a thread of the web server busy for as long as it lasts."""
BUSY = "Several exports are being made just now. Nothing was exported; try again in a few minutes."
_places = threading.BoundedSemaphore(AT_ONCE)

log = structlog.get_logger(__name__)


class Place:
    """A place among the exports that are made at once. Raises Conflict when all are taken."""

    def __init__(self) -> None:
        if not _places.acquire(blocking=False):
            raise Conflict(BUSY)
        self._is_taken = True

    def give_back(self) -> None:
        """Make room for another; once, however often it is called."""
        if self._is_taken:
            self._is_taken = False
            _places.release()


def note(actor: Actor, subject: str, what: str, wanted: Totals, kind: str) -> None:
    """Put an export on record, before its first byte leaves."""
    record(actor, EventTag.MAIL_EXPORTED, subject, what=what, format=kind, messages=wanted.count, size=wanted.size)


def make(actor: Actor, wanted: Selection, bundle: Bundle, progress: Progress, total: int) -> Iterator[bytes]:
    """Yield a bundle of what the actor may see of the selection, in constant memory; the caller closes the bundle."""
    yield from bundle.make(_with_contents(selected(actor, wanted), progress, total))


def _with_contents(
    messages: Iterator[Outgoing], progress: Progress, total: int
) -> Iterator[tuple[Outgoing, BinaryIO | None]]:
    for message in messages:
        try:
            with blob_store().open(message.sha256) as content:
                yield message, content
        except BlobMissing:
            log.warning("a message that is exported is missing from the store", sha256=message.sha256)
            yield message, None
        progress.tell(message.number, total)
