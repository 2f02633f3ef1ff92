"""Where a message was on mail servers: one archived message may have been in several folders of several accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from wiki.extensions import db
from wiki.mail.models import LedgerEntry, LedgerState, MailAccount, MailFolder, Message


@dataclass(frozen=True)
class Place:
    """A folder of an account that had the message, with Gmail's labels of it there."""

    account: str
    folder: str
    labels: tuple[str, ...]


def of(message: Message) -> list[Place]:
    """The places of a message that was loaded for the actor, in one query; accounts that were removed are not known."""
    rows = db.session.execute(
        select(MailAccount.name, MailFolder.name.label("folder"), LedgerEntry.labels)
        .join(MailFolder, MailFolder.account_id == MailAccount.id)
        .join(LedgerEntry, LedgerEntry.folder_id == MailFolder.id)
        .where(
            LedgerEntry.sha256 == message.sha256,
            LedgerEntry.state != LedgerState.STALE,
            MailAccount.space_id == message.space_id,
        )
        .order_by(MailAccount.id, MailFolder.name, LedgerEntry.id)
    )
    # A dict keeps the order and drops twins in one folder.
    return list(
        dict.fromkeys(Place(row.name, row.folder, tuple(label for label in row.labels if label)) for row in rows)
    )
