"""What people decide about folders. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Invalid
from wiki.extensions import db
from wiki.mail.folders.choosing import Choice, preselected
from wiki.mail.folders.models import ServerFolder
from wiki.mail.models import MailAccount
from wiki.mail.subjects import account_subject
from wiki.mail.transport.mailbox_names import one_inbox
from wiki.permissions.actor import Actor


def listed(account: MailAccount) -> Sequence[ServerFolder]:
    """The folders of an account as its server last listed them."""
    return db.session.scalars(
        select(ServerFolder).where(ServerFolder.account_id == account.id).order_by(ServerFolder.id)
    ).all()


def keep_list(account: MailAccount, rows: Sequence[ServerFolder]) -> None:
    """Keep what the server listed just now instead of what it listed before."""
    db.session.execute(delete(ServerFolder).where(ServerFolder.account_id == account.id))
    db.session.add_all(rows)
    db.session.flush()


def ticked(account: MailAccount, rows: Sequence[ServerFolder]) -> set[str]:
    """The folders that the form begins with: those that are read now; the usual ones where nobody chose yet."""
    folders = [row.folder for row in rows]
    usual = preselected(folders, are_labels=any(row.is_label for row in rows))
    if account.reads_all_folders:
        return (usual - set(account.left_out)) | set(account.folders)
    return usual if account.folders in ([], ["INBOX"]) else set(account.folders)


def choose(actor: Actor, account: MailAccount, names: Collection[str], *, reads_all: bool) -> Choice:
    """Read these folders from now on, and with ``reads_all`` those that appear later too. Raises Invalid."""
    rows = [row for row in listed(account) if row.is_selectable]
    chosen = tuple(row.name for row in rows if row.name in names)
    if not chosen:
        raise Invalid({"folders": "Choose at least one folder."})
    if account.move_to and one_inbox(account.move_to) in chosen:
        raise Invalid({"folders": f"Archived mail is moved to {account.move_to}; it cannot be read from there."})
    # What is named and not in the list was typed by somebody: it stays named, and the fetch says that it is missing.
    known = {row.name for row in listed(account)}
    typed = tuple(name for name in account.folders if name not in known and one_inbox(name) != "INBOX")
    left_out = tuple(row.name for row in rows if row.name not in chosen) if reads_all else ()
    choice = Choice((*chosen, *typed), reads_all, left_out)
    account.folders = list(choice.folders)
    account.reads_all_folders = reads_all
    account.left_out = list(left_out)
    account.next_fetch_at = clock.now()
    db.session.flush()
    record(
        actor,
        EventTag.MAIL_ACCOUNT_CHANGED,
        account_subject(account.id),
        name=account.name,
        space_id=account.space_id,
        changed=["folders"],
        folders=list(chosen),
        reads_all=reads_all,
    )
    return choice
