"""The ledger of a POP3 maildrop: one folder, UIDLs instead of UIDs, and deletions that only a later session confirms.

Rows only, as in :mod:`wiki.mail.fetching.ledger`, which has what both protocols share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.mail.fetching.ledger import MOST_TRIES, is_in_archive
from wiki.mail.models import LedgerEntry, LedgerState, MailFolder


@dataclass(frozen=True)
class Pending:
    """A message of a maildrop whose deletion was begun; ``was_absent``: an earlier session did not list it."""

    id: int
    uidl: str
    was_absent: bool


def enter_maildrop(session: Session, account_id: int) -> int:
    """The id of the one folder that a POP3 account has."""
    folder = session.scalar(
        select(MailFolder).where(
            MailFolder.account_id == account_id, MailFolder.name == "INBOX", MailFolder.is_current.is_(True)
        )
    )
    if folder is None:
        folder = MailFolder(account_id=account_id, name="INBOX", created_at=clock.now())
        session.add(folder)
        session.flush()
    return folder.id


def leave_maildrop(session: Session, folder_id: int) -> None:
    """Note that a pass over a maildrop came to its end."""
    session.get_one(MailFolder, folder_id).listed_at = clock.now()


def known_uidls(session: Session, folder_id: int) -> dict[str, set[int]]:
    """The UIDLs of a maildrop that need no fetching, each with the sizes it was seen with.

    Cyrus has been seen to give one UIDL to two messages in turn: another size is another message, and so may be one
    that is listed again after it had gone.
    """
    known: dict[str, set[int]] = {}
    rows = session.execute(
        select(LedgerEntry.uidl, LedgerEntry.size).where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.uidl != "",
            LedgerEntry.state.not_in([LedgerState.STALE, LedgerState.GONE]),
            (LedgerEntry.state != LedgerState.HELD) | (LedgerEntry.attempts >= MOST_TRIES),
        )
    )
    for row in rows:
        known.setdefault(row.uidl, set()).add(row.size)
    return known


def pending_uidls(session: Session, folder_id: int) -> list[Pending]:
    """Entries of a maildrop whose deletion was begun and not yet confirmed."""
    rows = session.execute(
        select(LedgerEntry.id, LedgerEntry.uidl, LedgerEntry.gone_at).where(
            LedgerEntry.folder_id == folder_id, LedgerEntry.state == LedgerState.DELETE_PENDING
        )
    )
    return [Pending(row.id, row.uidl, row.gone_at is not None) for row in rows]


def note_absent(session: Session, ids: Iterable[int], *, is_absent: bool) -> None:
    """Note that a session did not list these, whose deletion was begun; or that one lists them again."""
    rows = [{"id": entry_id, "gone_at": clock.now() if is_absent else None} for entry_id in ids]
    if rows:
        session.execute(update(LedgerEntry), rows)


def expected_count(session: Session, folder_id: int) -> int | None:
    """How many messages a maildrop must still have, by what it listed before and what was deleted since."""
    return session.get_one(MailFolder, folder_id).message_count


def expect_count(session: Session, folder_id: int, count: int) -> None:
    """Note how many messages the next listing of a maildrop must have at least."""
    session.get_one(MailFolder, folder_id).message_count = count


def is_entered(session: Session, folder_id: int, uidl: str, sha256: str) -> bool:
    """Whether a maildrop is known to hold, or to have held, these octets under this UIDL."""
    entered = select(LedgerEntry.id).where(
        LedgerEntry.folder_id == folder_id, LedgerEntry.uidl == uidl, LedgerEntry.sha256 == sha256
    )
    return session.scalar(entered.limit(1)) is not None


def entry_to_delete(session: Session, folder_id: int, uidl: str, sha256: str, archived_before: datetime) -> int | None:
    """The entry of a maildrop's message that was read again just now, if it may be deleted."""
    return session.scalar(
        select(LedgerEntry.id).where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.uidl == uidl,
            LedgerEntry.sha256 == sha256,
            LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.DELETE_PENDING]),
            LedgerEntry.archived_at <= archived_before,
            is_in_archive(),
        )
    )


def may_be_deleted(session: Session, folder_id: int, archived_before: datetime) -> set[tuple[str, int]]:
    """UIDL and size of a maildrop's entries that are old enough to leave the server."""
    rows = session.execute(
        select(LedgerEntry.uidl, LedgerEntry.size)
        .where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.DELETE_PENDING]),
            LedgerEntry.archived_at <= archived_before,
        )
        .distinct()
    )
    return {(row.uidl, row.size) for row in rows}
