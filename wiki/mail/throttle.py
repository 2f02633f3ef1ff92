"""How often one person may have this site knock at a mail server. Never commits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import DomainError
from wiki.extensions import db
from wiki.mail.models import ConnectionTest
from wiki.mail.transport.endpoint import Endpoint
from wiki.permissions.actor import Actor

WINDOW = timedelta(minutes=1)
TESTS_IN_WINDOW = 5


class TooManyTests(DomainError):
    """The actor has tested enough connections for the moment; the message is a sentence for them."""


def count_test(actor: Actor, space_id: int, endpoint: Endpoint) -> None:
    """Count one test and put it on record, before it is made. Raises TooManyTests; a refused test does not count."""
    db.session.execute(delete(ConnectionTest).where(ConnectionTest.at <= clock.now() - WINDOW))
    counted = select(func.count()).select_from(ConnectionTest).where(ConnectionTest.user_id == actor.id)
    if db.session.scalars(counted).one() >= TESTS_IN_WINDOW:
        raise TooManyTests(f"You have tested {TESTS_IN_WINDOW} connections within a minute. Wait a moment, please.")
    db.session.add(ConnectionTest(user_id=actor.id, at=clock.now()))
    record(
        actor,
        EventTag.MAIL_ACCOUNT_TESTED,
        f"space:{space_id}",
        space_id=space_id,
        protocol=endpoint.protocol.value,
        host=endpoint.host,
        port=endpoint.port,
        username=endpoint.username,
    )
    db.session.flush()
