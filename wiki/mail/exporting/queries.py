"""Which messages are taken out, in the order of their dates. The actor's rights stand inside each query.

The trash is not taken out, and what was set aside is no message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select, tuple_

from wiki.accounts import sessions
from wiki.db import UTCDateTime, reading
from wiki.extensions import db
from wiki.mail.archive_queries import Period
from wiki.mail.formats.bundles import Outgoing
from wiki.mail.models import Message
from wiki.permissions import check
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids

BATCH = 200


@dataclass(frozen=True)
class Selection:
    """What is wanted: of one space a period, a thread or everything; or messages by their ids, wherever they are."""

    space_id: int | None = None
    period: Period | None = None
    thread_id: int | None = None
    ids: tuple[int, ...] | None = None

    @property
    def needs(self) -> Permission:
        """The right that it needs: what a person may read anyway needs no other, a whole space does."""
        is_whole = self.period is None and self.thread_id is None and self.ids is None
        return Permission.SPACE_EXPORT if is_whole else Permission.SPACE_VIEW


@dataclass(frozen=True)
class Totals:
    """How much it is: messages, and the bytes of them all."""

    count: int
    size: int


def totals(actor: Actor, wanted: Selection) -> Totals:
    """How much the actor would get."""
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Message.size), 0)).where(*_conditions(actor, wanted))
    ).one()
    return Totals(row[0], int(row[1]))


def selected(actor: Actor, wanted: Selection) -> Iterator[Outgoing]:
    """Yield the messages in the order of date and id.

    Who the actor is and may is asked again with each batch: an export may last longer than a right.
    """
    number = 0
    after: tuple[datetime, int] | None = None
    while True:
        with reading() as session:
            check.forget()
            now = sessions.renewed(actor)
            if now is None:
                return
            query = select(
                Message.id,
                Message.sha256,
                Message.size,
                Message.message_id,
                Message.subject,
                Message.date,
                Message.internal_date,
            ).where(*_conditions(now, wanted))
            if after is not None:
                place = tuple_(literal(after[0], UTCDateTime), literal(after[1]))
                query = query.where(tuple_(Message.date, Message.id) > place)
            rows = session.execute(query.order_by(Message.date, Message.id).limit(BATCH)).all()
        for row in rows:
            number += 1
            yield Outgoing(
                number, row.id, row.sha256, row.size, row.message_id, row.subject, row.date, row.internal_date
            )
        if len(rows) < BATCH:
            return
        after = rows[-1].date, rows[-1].id


def _conditions(actor: Actor, wanted: Selection) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Message.deleted_at.is_(None),
        Message.space_id.in_(space_ids(actor, wanted.needs)),
    ]
    if wanted.space_id is not None:
        found.append(Message.space_id == wanted.space_id)
    if wanted.period is not None:
        begin, end = wanted.period.bounds
        found += [Message.date >= begin, Message.date < end]
    if wanted.thread_id is not None:
        found.append(Message.thread_id == wanted.thread_id)
    if wanted.ids is not None:
        found.append(Message.id.in_(wanted.ids))
    return found
