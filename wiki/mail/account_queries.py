"""Reading a space's mail accounts and what was set aside, for the screens of its administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from wiki.errors import NotFound
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.jobs.models import JobRequest
from wiki.mail.models import LedgerEntry, LedgerState, MailAccount, MailFolder, SetAside
from wiki.mail.subjects import FETCH_JOB, account_subject
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space

MOST_SET_ASIDE = 200


@dataclass(frozen=True)
class AccountRow:
    """An account as the list shows it. ``request`` is the newest request for a fetch of it."""

    account: MailAccount
    archived: int
    set_aside: int
    request: JobRequest | None

    @property
    def is_fetching(self) -> bool:
        """Whether a fetch waits or runs."""
        return self.request is not None and not self.request.is_finished


def accounts(actor: Actor, space: Space) -> list[AccountRow]:
    """The accounts of a space that the actor administers, in the order in which they were added."""
    found = db.session.scalars(
        select(MailAccount).where(*_administered(actor, space, MailAccount)).order_by(MailAccount.id)
    ).all()
    ids = [account.id for account in found]
    archived, set_aside = _archived(ids), _set_aside(ids)
    requests = jobs.latest_of_each(FETCH_JOB, [account_subject(account_id) for account_id in ids])
    return [
        AccountRow(
            account,
            archived.get(account.id, 0),
            set_aside.get(account.id, 0),
            requests.get(account_subject(account.id)),
        )
        for account in found
    ]


def row(account: MailAccount) -> AccountRow:
    """An account that was loaded for the actor, as the list shows it."""
    subject = account_subject(account.id)
    return AccountRow(
        account,
        _archived([account.id]).get(account.id, 0),
        _set_aside([account.id]).get(account.id, 0),
        jobs.latest(FETCH_JOB, subject),
    )


def account(actor: Actor, space: Space, account_id: int) -> MailAccount:
    """One account of a space that the actor administers. Raises NotFound."""
    found = db.session.scalar(
        select(MailAccount).where(MailAccount.id == account_id, *_administered(actor, space, MailAccount))
    )
    if found is None:
        raise NotFound
    return found


def has_accounts(space: Space) -> bool:
    """Whether anything brings mail into the space by itself."""
    return db.session.scalar(select(MailAccount.id).where(MailAccount.space_id == space.id).limit(1)) is not None


def set_aside(actor: Actor, space: Space) -> Sequence[SetAside]:
    """What could not be archived in a space that the actor administers, newest first."""
    return db.session.scalars(
        select(SetAside)
        .where(*_administered(actor, space, SetAside))
        .order_by(SetAside.id.desc())
        .limit(MOST_SET_ASIDE)
    ).all()


def count_set_aside(actor: Actor, space: Space) -> int:
    """How many messages could not be archived."""
    counted = select(func.count()).select_from(SetAside).where(*_administered(actor, space, SetAside))
    return db.session.scalar(counted) or 0


def set_aside_entry(actor: Actor, space: Space, entry_id: int) -> SetAside:
    """One of what could not be archived. Raises NotFound."""
    found = db.session.scalar(select(SetAside).where(SetAside.id == entry_id, *_administered(actor, space, SetAside)))
    if found is None:
        raise NotFound
    return found


def _administered(
    actor: Actor, space: Space, table: type[MailAccount | SetAside]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.space_id == space.id, table.space_id.in_(space_ids(actor, Permission.SPACE_ADMIN))


def _archived(account_ids: Sequence[int]) -> dict[int, int]:
    """How many messages each account was the first to bring; entries of earlier epochs of a folder count too."""
    rows = db.session.execute(
        select(MailFolder.account_id, func.count())
        .join(LedgerEntry, LedgerEntry.folder_id == MailFolder.id)
        .where(
            MailFolder.account_id.in_(account_ids),
            LedgerEntry.state != LedgerState.HELD,
            LedgerEntry.is_duplicate.is_(False),
        )
        .group_by(MailFolder.account_id)
    )
    return dict(rows.all())


def _set_aside(account_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(SetAside.account_id, func.count())
        .where(SetAside.account_id.in_(account_ids))
        .group_by(SetAside.account_id)
    )
    return {account_id: number for account_id, number in rows if account_id is not None}
