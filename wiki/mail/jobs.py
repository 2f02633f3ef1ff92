"""What the worker does for the mail room: shells around the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from wiki import clock
from wiki.db import reading, transaction
from wiki.errors import Conflict
from wiki.jobs import service as requests
from wiki.jobs.progress import Progress
from wiki.jobs.registry import Job
from wiki.mail import ingest, rederiving
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.service import ASKED_FOR
from wiki.mail.extraction import reading as attachments
from wiki.mail.fetching import sync
from wiki.mail.importing import service as importing
from wiki.mail.importing import transfer
from wiki.mail.importing.limits import uploads_folder
from wiki.mail.models import MailAccount
from wiki.mail.subjects import CERTIFY_JOB, FETCH_JOB, IMPORT_JOB, account_subject
from wiki.words import count


def _request_due(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    """Ask for a fetch of every enabled account whose time has come."""
    with reading() as session:
        due = session.scalars(
            select(MailAccount.id).where(MailAccount.is_enabled.is_(True), MailAccount.next_fetch_at <= clock.now())
        ).all()
    if not due:
        return None
    with transaction() as session:
        for account_id in due:
            account = session.get(MailAccount, account_id)
            if account is not None:
                requests.request(FETCH_JOB, account_subject(account_id), "the schedule", account_id=account_id)
                account.next_fetch_at = clock.now() + timedelta(minutes=account.fetch_minutes)
    return f"Asked for {count(len(due), 'account')}."


def _fetch(arguments: Mapping[str, object], progress: Progress) -> str:
    with reading() as session:
        account = session.get(MailAccount, _id(arguments, "account_id"))
        if account is not None and not account.is_enabled:
            return "The account was disabled meanwhile, so it was not fetched."
    ok, result = sync.fetch(_id(arguments, "account_id"), progress)
    if not ok:
        raise Conflict(result)
    return result


def _certify(arguments: Mapping[str, object], progress: Progress) -> str:
    ok, result = certify(_id(arguments, "account_id"), progress, ASKED_FOR)
    if not ok:
        raise Conflict(result)
    return result


def _import(arguments: Mapping[str, object], progress: Progress) -> str:
    return transfer.run(_id(arguments, "import_id"), progress)


def _sweep_uploads(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    with reading():
        orphans = importing.orphaned_uploads(uploads_folder())
    for path in orphans:
        path.unlink(missing_ok=True)
    return f"Removed {count(len(orphans), 'upload')} that no import needs." if orphans else None


def _digest_left_over(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    parsed = ingest.digest_left_over()
    return f"Parsed {parsed:,} that a crash had left." if parsed else None


def _catch_up(_arguments: Mapping[str, object], progress: Progress) -> str | None:
    return rederiving.catch_up(progress)


def _read_attachments(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    read = attachments.read_waiting()
    return f"Read {count(read, 'attachment')}." if read else None


def _id(arguments: Mapping[str, object], name: str) -> int:
    value = arguments[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} must be a number.")
    return value


JOBS = (
    Job("mail.fetch_due", "Fetch mail that is due", _request_due, every=timedelta(seconds=5), feature="mail"),
    Job(FETCH_JOB, "Fetch one mail account", _fetch, lane="mail", is_listed=False, feature="mail"),
    Job(CERTIFY_JOB, "Certify one mail account", _certify, lane="mail", is_listed=False, feature="mail"),
    Job(IMPORT_JOB, "Import a mailbox", _import, lane="mail", is_listed=False, feature="mail"),
    Job("mail.sweep_uploads", "Remove uploads that no import needs", _sweep_uploads, every=timedelta(hours=1)),
    Job(
        "mail.attachments",
        "Read the text of attachments",
        _read_attachments,
        every=timedelta(seconds=10),
        lane="keeping",
        feature="mail",
    ),
    Job(
        "mail.catch_up",
        "Read mail anew that an older version read",
        _catch_up,
        every=timedelta(minutes=1),
        lane="keeping",
        feature="mail",
    ),
    Job(
        "mail.digest", "Parse what a crash left unparsed", _digest_left_over, every=timedelta(minutes=1), feature="mail"
    ),
)
