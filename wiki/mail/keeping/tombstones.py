"""Letting a message that was destroyed here come back, on purpose. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.extensions import db
from wiki.mail.fetching.ledger import PURGED_HERE
from wiki.mail.models import Because, LedgerEntry, LedgerState, MailAccount, MailFolder, Tombstone
from wiki.permissions.actor import Actor


def lift(actor: Actor, space_id: int, sha256: str) -> bool:
    """Forget that the message of these raw bytes was destroyed in a space; whether it had been.

    Nothing comes back by itself but what is still on a mail server: the next fetch of its account asks for it again.
    """
    there = db.session.scalar(select(Tombstone.id).where(Tombstone.space_id == space_id, Tombstone.sha256 == sha256))
    if there is None:
        return False
    db.session.execute(delete(Tombstone).where(Tombstone.id == there))
    folders = select(MailFolder.id).join(MailAccount, MailAccount.id == MailFolder.account_id)
    db.session.execute(
        update(LedgerEntry)
        .where(
            LedgerEntry.folder_id.in_(folders.where(MailAccount.space_id == space_id)),
            LedgerEntry.sha256 == sha256,
            LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.HELD]),
        )
        # Held after one try: worth another.
        .values(state=LedgerState.HELD, reason=PURGED_HERE, because=Because.PURGED, attempts=1)
        .execution_options(synchronize_session=False)
    )
    record(actor, EventTag.MAIL_TOMBSTONE_LIFTED, f"space:{space_id}", space_id=space_id, sha256=sha256)
    return True
