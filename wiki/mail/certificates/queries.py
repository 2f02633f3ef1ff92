"""Reading certificates for screens and commands, and the ledger as a certificate compares it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.jobs.models import JobRequest
from wiki.mail.certificates.comparison import Entry
from wiki.mail.certificates.models import Certificate
from wiki.mail.fetching.ledger import FolderEpoch
from wiki.mail.models import LedgerEntry, LedgerState, MailAccount, MailFolder, Message, Tombstone
from wiki.mail.subjects import CERTIFY_JOB, account_subject


def newest(account: MailAccount) -> list[Certificate]:
    """The newest certificate of each folder that the account reads now, by name; those of earlier mailboxes are not."""
    last = (
        select(func.max(Certificate.id))
        .join(MailFolder, MailFolder.id == Certificate.folder_id)
        .where(Certificate.account_id == account.id, MailFolder.is_current.is_(True))
        .group_by(Certificate.folder_id)
    )
    return list(db.session.scalars(select(Certificate).where(Certificate.id.in_(last)).order_by(Certificate.folder)))


def unproven_folders(account: MailAccount) -> list[str]:
    """The account's current folders whose newest certificate is not clean, or that have none yet.

    Nothing is removed from them.
    """
    return list(
        db.session.scalars(
            select(MailFolder.name)
            .outerjoin(Certificate, Certificate.id == _newest_of(MailFolder.id))
            .where(
                MailFolder.account_id == account.id,
                MailFolder.is_current.is_(True),
                func.coalesce(Certificate.is_clean, false()).is_(False),
            )
            .order_by(MailFolder.name)
        )
    )


def known_folder(session: Session, account_id: int, name: str) -> FolderEpoch | None:
    """A folder as the ledger knows it now; None when no fetch has entered it."""
    folder = session.scalar(
        select(MailFolder).where(
            MailFolder.account_id == account_id, MailFolder.name == name, MailFolder.is_current.is_(True)
        )
    )
    if folder is None:
        return None
    return FolderEpoch(folder.id, folder.name, 0, False, folder.uid_validity, folder.uid_next)


def request(account: MailAccount) -> JobRequest | None:
    """The newest request for a certificate of the account."""
    return jobs.latest(CERTIFY_JOB, account_subject(account.id))


def is_proven(session: Session, folder_id: int, archived_before: datetime) -> bool:
    """Whether mail archived before that moment may leave this folder: its newest certificate is clean.

    It is of this UIDVALIDITY, and made since the account leads to this mailbox. One that found the folder empty says
    nothing of what came since: it is good for as long as there is nothing to remove.
    """
    certificate = session.scalar(select(Certificate).where(Certificate.id == _newest_of(folder_id)))
    if certificate is None or not certificate.is_clean:
        return False
    if certificate.on_server:
        return True
    is_due = LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.DELETE_PENDING])
    due = select(LedgerEntry.id).where(
        LedgerEntry.folder_id == folder_id, is_due, LedgerEntry.archived_at <= archived_before
    )
    return session.scalar(due.limit(1)) is None


def _newest_of(folder_id: int | InstrumentedAttribute[int]) -> ScalarSelect[int | None]:
    of_folder = aliased(Certificate)
    return select(func.max(of_folder.id)).where(of_folder.folder_id == folder_id).scalar_subquery()


def uids_expected(session: Session, folder_id: int) -> Sequence[int]:
    """The UIDs that the server should still have, as far as we know."""
    return session.scalars(
        select(LedgerEntry.uid).where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.state.not_in([LedgerState.GONE, LedgerState.DELETE_PENDING, LedgerState.STALE]),
        )
    ).all()


def hashes(session: Session, folder_id: int, most: int | None) -> Sequence[str]:
    """The hashes that a folder's entries name, all or so many of them by chance."""
    named = (
        select(LedgerEntry.sha256)
        .where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.sha256.is_not(None),
            LedgerEntry.state != LedgerState.STALE,
        )
        .distinct()
    )
    if most is not None:
        named = select(named.subquery().c.sha256).order_by(func.random()).limit(most)
    return [sha256 for sha256 in session.scalars(named) if sha256]


def entries(session: Session, space_id: int, folder_id: int, above: int = -1, up_to: int | None = None) -> list[Entry]:
    """What the ledger has of a folder's UIDs in a range, with the messages of the space that have the bytes."""
    wanted = (
        select(
            LedgerEntry.id,
            LedgerEntry.uid,
            LedgerEntry.uidl,
            LedgerEntry.size,
            LedgerEntry.sha256,
            LedgerEntry.state,
            LedgerEntry.reason,
            LedgerEntry.is_duplicate,
            LedgerEntry.because,
            Message.id.label("message_id"),
            Tombstone.id.label("tombstone_id"),
        )
        .outerjoin(Message, and_(Message.sha256 == LedgerEntry.sha256, Message.space_id == space_id))
        .outerjoin(Tombstone, and_(Tombstone.sha256 == LedgerEntry.sha256, Tombstone.space_id == space_id))
        .where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.state != LedgerState.STALE,
            LedgerEntry.uid > above,
        )
        .order_by(LedgerEntry.uid, LedgerEntry.id)
    )
    if up_to is not None:
        wanted = wanted.where(LedgerEntry.uid <= up_to)
    return [
        Entry(
            row.id, row.uid, row.uidl, row.size, row.sha256, LedgerState(row.state), row.reason,
            row.is_duplicate, row.message_id, row.tombstone_id is not None, row.because,
        )
        for row in session.execute(wanted)
    ]  # fmt: skip


def has_folders(account: MailAccount) -> bool:
    """Whether any fetch has entered a folder of the account."""
    return (
        db.session.scalar(
            select(MailFolder.id).where(MailFolder.account_id == account.id, MailFolder.is_current.is_(True)).limit(1)
        )
        is not None
    )
