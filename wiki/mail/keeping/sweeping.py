"""Clearing what nothing names any more: half-written files, orphaned blobs, texts of attachments that are gone.

A blob without a row may be one whose row is about to come: it is removed only when nobody has put it for a week, and
the store looks at that once more while nobody can put it (:meth:`wiki.blobs.store.BlobStore.remove`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.jobs.lease import Held, LeaseTaken, lease
from wiki.mail.extraction import reading as attachments
from wiki.mail.keeping import needed
from wiki.permissions.actor import SYSTEM

UNUSED_FOR = timedelta(days=7)

log = structlog.get_logger(__name__)


@dataclass
class Swept:
    """What was found: ``young`` are blobs that nothing names and that stay for now."""

    halves: int = 0
    orphans: int = 0
    young: int = 0

    def in_words(self) -> str | None:
        """For the history of jobs; None when there was nothing."""
        if not (self.halves or self.orphans or self.young):
            return None
        return (
            f"{self.halves:,} half-written files and {self.orphans:,} blobs that nothing names removed; "
            f"{self.young:,} younger ones left."
        )


def sweep() -> Swept:
    """Clear the store; nothing while another process is at it."""
    swept = Swept()
    try:
        with lease("mail-sweep") as held:
            swept.halves = blob_store().sweep()
            for number in range(needed.BEGINNINGS):
                _sweep_part(held, number, swept)
            if swept.halves or swept.orphans:
                with transaction():
                    record(SYSTEM, EventTag.MAIL_SWEPT, "mail:archive", halves=swept.halves, orphans=swept.orphans)
            attachments.forget_unused()
            attachments.enter_missing()
    except LeaseTaken:
        log.info("another process is sweeping")
    return swept


def _sweep_part(held: Held, number: int, swept: Swept) -> None:
    store = blob_store()
    there = set(store.names(needed.beginning(number)))
    if not there:
        return
    # Asked after the store: a row that came meanwhile counts.
    with reading() as session:
        orphans = there - needed.of_anything(session, number)
    for sha256 in sorted(orphans):
        if store.remove(sha256, UNUSED_FOR):
            log.info("a blob that nothing names was removed", sha256=sha256)
            swept.orphans += 1
        else:
            swept.young += 1
    held.renew()
