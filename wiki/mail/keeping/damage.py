"""What is done about a blob that is not whole: an alert, a line in the record, and its original held on the server.

A held original is fetched again by the next fetch of its account, and its bytes mend the blob; so does a backup. Either
way the next look at it takes the alert back. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.db import chunks
from wiki.mail.keeping import needed
from wiki.mail.keeping.models import BlobDamage, Condition
from wiki.mail.models import Because, LedgerEntry, LedgerState, Message, SetAside
from wiki.mail.subjects import message_subject
from wiki.permissions.actor import SYSTEM

HELD = "The stored copy of this message is damaged or missing, so it stays on the server and is fetched again."


def look_at(sha256: str) -> Condition:
    """Read a blob again and compare its hash with its name."""
    store = blob_store()
    if sha256 not in store:
        return Condition.MISSING
    try:
        return Condition.WHOLE if store.verify(sha256) else Condition.DAMAGED
    except OSError:  # the disk says itself that it cannot read
        return Condition.DAMAGED


def note(session: Session, looked: Mapping[str, Condition]) -> int:
    """Take down how blobs are that the archive needs, by their hashes; gives how many are newly found not whole."""
    known = _known(session, list(looked))
    wanted = _needed(session, [sha256 for sha256, condition in looked.items() if condition is not Condition.WHOLE])
    bad = {sha256: looked[sha256] for sha256 in looked if sha256 in wanted}
    found = {sha256: condition for sha256, condition in bad.items() if sha256 not in known}
    for sha256 in bad.keys() & known.keys():
        known[sha256].condition = bad[sha256]
    session.add_all(BlobDamage(sha256=sha256, condition=found[sha256], found_at=clock.now()) for sha256 in found)
    _record(session, EventTag.MAIL_DAMAGED, found)
    _hold(session, list(bad))
    mended = [sha256 for sha256 in known if sha256 not in bad]
    for sha256 in mended:
        session.delete(known[sha256])
    _record(session, EventTag.MAIL_MENDED, dict.fromkeys(mended, Condition.WHOLE))
    _release(session, mended)
    session.flush()
    return len(found)


def forget_unneeded(session: Session) -> None:
    """Drop the alerts about blobs that no message needs any more."""
    session.execute(
        delete(BlobDamage)
        .where(
            ~exists().where(needed.in_any_space(), Message.sha256 == BlobDamage.sha256),
            ~exists().where(SetAside.sha256 == BlobDamage.sha256),
        )
        .execution_options(synchronize_session=False)
    )


def _needed(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those that the archive still names: what was purged while it was looked for is no loss."""
    found: set[str | None] = set()
    for some in chunks(hashes):
        found.update(row.sha256 for row in needed.messages_of(session, some))
        found.update(session.scalars(select(SetAside.sha256).where(SetAside.sha256.in_(some))))
    return {sha256 for sha256 in found if sha256}


def _known(session: Session, hashes: Sequence[str]) -> dict[str, BlobDamage]:
    return {
        row.sha256: row
        for some in chunks(hashes)
        for row in session.scalars(select(BlobDamage).where(BlobDamage.sha256.in_(some)))
    }


def _hold(session: Session, hashes: Sequence[str]) -> None:
    """Their originals stay on the server; one try is counted, so that the next fetch asks for them once more."""
    for some in chunks(hashes):
        session.execute(
            update(LedgerEntry)
            .where(
                LedgerEntry.sha256.in_(some),
                LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.DELETE_PENDING]),
            )
            .values(state=LedgerState.HELD, reason=HELD, because=Because.DAMAGED, attempts=1)
            .execution_options(synchronize_session=False)
        )


def _release(session: Session, hashes: Sequence[str]) -> None:
    for some in chunks(hashes):
        session.execute(
            update(LedgerEntry)
            .where(
                LedgerEntry.sha256.in_(some),
                LedgerEntry.state == LedgerState.HELD,
                LedgerEntry.because == Because.DAMAGED,
            )
            .values(state=LedgerState.ARCHIVED, reason="", because="")
            .execution_options(synchronize_session=False)
        )


def _record(session: Session, tag: EventTag, conditions: Mapping[str, Condition]) -> None:
    """A line for each message that has these bytes; one of no message has been set aside."""
    for some in chunks(list(conditions)):
        messages = needed.messages_of(session, some)
        for row in messages:
            about = {"sha256": row.sha256, "condition": conditions[row.sha256].value}
            record(SYSTEM, tag, message_subject(row.id), space_id=row.space_id, **about)
        for sha256 in sorted(set(some) - {row.sha256 for row in messages}):
            record(SYSTEM, tag, "mail:set-aside", sha256=sha256, condition=conditions[sha256].value)
