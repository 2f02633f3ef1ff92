"""Exports: put on record, then sent as they are made. Knows no request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
OF_ONE_PERSON = 2
"""How many of them may be one person's, so that nobody who reads slowly keeps all others waiting."""
BUSY = "Several exports are being made just now. Nothing was exported; try again in a few minutes."
YOURS = "Two of your exports are being made just now. Nothing was exported; try again when one of them is done."
_places: list[int | None] = []
_places_lock = threading.Lock()

log = structlog.get_logger(__name__)


@contextmanager
def place(actor: Actor) -> Iterator[None]:
    """Take a place among the exports that are made at once. Raises Conflict when all, or all of one person, are taken.

    Those who have not signed in count as one person.
    """
    with _places_lock:
        if len(_places) >= AT_ONCE:
            raise Conflict(BUSY)
        if _places.count(actor.id) >= OF_ONE_PERSON:
            raise Conflict(YOURS)
        _places.append(actor.id)
    try:
        yield
    finally:
        with _places_lock:
            _places.remove(actor.id)


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
