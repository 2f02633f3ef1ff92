"""What the tests of the mail screens share: addresses, what the account form sends, and a counter of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, event, select

from tests.people import Person
from wiki.audit.models import Event
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.jobs.models import JobRequest
from wiki.mail import service
from wiki.mail.models import MailAccount
from wiki.mail.service import AccountFields
from wiki.mail.transport.endpoint import Protocol
from wiki.spaces.models import Space

ACCOUNTS = "/spaces/TEAM/integrations/mail-accounts"
IMPORTS = "/spaces/TEAM/integrations/mailbox-import"
MAIL = "/spaces/TEAM/mail"
SECRET = "correct horse battery staple"


def filled(**changes: str) -> dict[str, str]:
    """The account form as a careful person fills it in."""
    return {
        "name": "Support",
        "description": "What customers write",
        "protocol": "imaps",
        "host": "mail.example.org",
        "port": "",
        "username": "support@example.org",
        "password": SECRET,
        "folders": "INBOX",
        "after_archiving": "leave",
        "move_to": "",
        "fetch_minutes": "30",
        **changes,
    }


def added_account(person: Person, space_id: int, **changes: object) -> int:
    """Add an account through the service and give its id; its first fetch is over and forgotten."""
    values: dict[str, object] = {
        "name": "Support",
        "protocol": Protocol.IMAPS,
        "host": "mail.example.org",
        "username": "support@example.org",
        "password": SECRET,
        "fetch_minutes": 30,
        **changes,
    }
    with transaction() as session:
        space = session.get_one(Space, space_id)
        added = service.add_account(person.actor, space, AccountFields(**values))  # type: ignore[arg-type]
        session.execute(delete(JobRequest))
        return added.id


def account(account_id: int) -> MailAccount:
    """The account as it is stored now."""
    return db.session.get_one(MailAccount, account_id, populate_existing=True)


def events(subject: str) -> list[Event]:
    """What is on record about something, oldest first."""
    with reading() as session:
        return list(session.scalars(select(Event).where(Event.subject == subject).order_by(Event.id)))


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Gather the SQL queries that the block sends, but for those that draw the page tree beside every screen."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        if statement != "BEGIN" and "FROM pages" not in statement:
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
