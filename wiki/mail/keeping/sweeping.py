"""Clearing what nothing names any more: half-written files, blobs of purged mail, texts of attachments that are gone.

A blob that no row names may be the only copy of a message: after an older database was put back, all that came since is
such a blob. So of its own accord the wiki removes only what somebody purged, a week later; the rest it counts, and a
person who knows why it is there may have it removed. A row may also be about to come: nothing goes that was put in the
last week, and the store looks at that once more while nobody can put it (:meth:`wiki.blobs.store.BlobStore.remove`).
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
    """What was found: ``removed`` blobs, ``young`` ones that may go later, ``unnamed`` ones for a person to judge."""

    halves: int = 0
    removed: int = 0
    young: int = 0
    unnamed: int = 0

    def in_words(self) -> str | None:
        """For the history of jobs; None when there was nothing."""
        if not (self.halves or self.removed or self.young or self.unnamed):
            return None
        told = f"{self.halves:,} half-written files and {self.removed:,} blobs removed; {self.young:,} may go later."
        if self.unnamed:
            told += (
                f" {self.unnamed:,} blobs are named by nothing and stay: they came after the database in use, or"
                " a process was killed. `flask mail sweep --unnamed` removes them."
            )
        return told


def sweep(*, unnamed: bool = False) -> Swept:
    """Clear the store, of ``unnamed`` blobs too; nothing while another process is at it."""
    swept = Swept()
    try:
        with lease("mail-sweep") as held:
            swept.halves = blob_store().sweep()
            for number in range(needed.BEGINNINGS):
                _sweep_part(held, number, swept, unnamed=unnamed)
            if swept.halves or swept.removed:
                with transaction():
                    record(SYSTEM, EventTag.MAIL_SWEPT, "mail:archive", halves=swept.halves, removed=swept.removed)
            attachments.forget_unused()
            attachments.enter_missing()
    except LeaseTaken:
        log.info("another process is sweeping")
    return swept


def _sweep_part(held: Held, number: int, swept: Swept, *, unnamed: bool) -> None:
    store = blob_store()
    there = set(store.names(needed.beginning(number)))
    if not there:
        return
    # Asked after the store: a row that came meanwhile counts.
    with reading() as session:
        orphans = there - needed.of_anything(session, number)
        purged = needed.purged(session, number) if orphans else set()
    for sha256 in sorted(orphans):
        if not (unnamed or sha256 in purged):
            swept.unnamed += 1
        elif store.remove(sha256, UNUSED_FOR):
            log.info("a blob that nothing names was removed", sha256=sha256)
            swept.removed += 1
        else:
            swept.young += 1
    held.renew()
