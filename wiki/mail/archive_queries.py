"""Reading the list of a space's mail: pages by keyset in both directions, months with their counts, the trash.

Pages are cut by ``(date, id)``, never by a number of rows to skip: the hundredth page is as quick as the first, and
mail that arrives meanwhile moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, literal, select, tuple_, union_all

from wiki.db import UTCDateTime
from wiki.errors import NotFound
from wiki.extensions import db
from wiki.mail.models import Message
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space

ON_A_PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """A place in the list, between two messages; as text ``<microseconds since 1970>.<id>``."""

    date: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.date - EPOCH) // timedelta(microseconds=1)}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what :meth:`__str__` wrote. Raises NotFound for anything else."""
        found = re.fullmatch(r"(-?[0-9]{1,18})\.([0-9]{1,15})", text)
        if found is None:
            raise NotFound
        try:
            return cls(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
        except OverflowError as error:
            raise NotFound from error


@dataclass(frozen=True)
class Period:
    """A year, or a month of it."""

    year: int
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026`` or ``2026-11``. Raises NotFound for anything else."""
        found = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", text)
        if found is None or found[1] == "0000":
            raise NotFound
        return cls(int(found[1]), int(found[2]) if found[2] else None)

    def __str__(self) -> str:
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def label(self) -> str:
        """As people write it: ``2026`` or ``November 2026``."""
        return str(self.year) if self.month is None else f"{datetime(1, self.month, 1, tzinfo=UTC):%B} {self.year}"

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment in it and the first after it."""
        begin = datetime(self.year, self.month or 1, 1, tzinfo=UTC)
        if self.month is None or self.month == 12:
            # Nothing comes after the last year that a date can have.
            return begin, LAST if self.year == LAST.year else datetime(self.year + 1, 1, 1, tzinfo=UTC)
        return begin, begin.replace(month=self.month + 1)


@dataclass(frozen=True)
class Wanted:
    """Which page: what comes before (older than) or after (newer than) a place, in a period or in all time."""

    before: Cursor | None = None
    after: Cursor | None = None
    period: Period | None = None


@dataclass(frozen=True)
class ArchiveRow:
    """A message in the list. ``others`` counts the other messages of its thread."""

    id: int
    subject: str
    sender_name: str
    sender_address: str
    snippet: str
    attachments: int
    thread_id: int | None
    date: datetime
    others: int = 0


@dataclass(frozen=True)
class ArchivePage:
    """A page of the list, newest first, and the places where the pages around it begin."""

    rows: tuple[ArchiveRow, ...]
    newer: Cursor | None
    older: Cursor | None


@dataclass(frozen=True)
class PeriodCount:
    """How many messages a period holds."""

    period: Period
    count: int


def visible(actor: Actor, space: Space) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which the actor sees a message of a space: the right to view it, and not in the trash."""
    return (
        Message.space_id == space.id,
        Message.deleted_at.is_(None),
        Message.space_id.in_(space_ids(actor, Permission.SPACE_VIEW)),
    )


def archive_page(actor: Actor, space: Space, wanted: Wanted) -> ArchivePage:
    """One page of a space's mail, in two queries."""
    conditions = [*visible(actor, space), *_in_period(wanted.period)]
    if wanted.after is not None:
        rows = _rows(conditions, newer_than=wanted.after)
        if len(rows) > ON_A_PAGE:
            return _page(rows[-ON_A_PAGE:], has_newer=True, has_older=True)
        # Not enough for a page: this is the top of the list.
        return archive_page(actor, space, Wanted(period=wanted.period))
    rows = _rows(conditions, older_than=wanted.before)
    return _page(rows[:ON_A_PAGE], has_newer=wanted.before is not None, has_older=len(rows) > ON_A_PAGE)


def periods(actor: Actor, space: Space) -> list[PeriodCount]:
    """The months that hold mail, newest first, with their counts."""
    # Cut out of the text, "2026-11": twice as quick over 100,000 messages as the database's own calendar.
    month = func.substr(cast(Message.date, String), 1, 7)
    rows = db.session.execute(select(month.label("month"), func.count()).where(*visible(actor, space)).group_by(month))
    found = [PeriodCount(Period.parse(text), number) for text, number in rows]
    return sorted(found, key=lambda each: str(each.period), reverse=True)


def years(months: Sequence[PeriodCount]) -> list[PeriodCount]:
    """The same by year."""
    found: dict[int, int] = {}
    for each in months:
        found[each.period.year] = found.get(each.period.year, 0) + each.count
    return [PeriodCount(Period(year), number) for year, number in found.items()]


@dataclass(frozen=True)
class Neighbour:
    """The message beside another in the list."""

    id: int
    subject: str


def neighbours(
    actor: Actor, space: Space, date: datetime, message_id: int
) -> tuple[Neighbour | None, Neighbour | None]:
    """The next newer and the next older message of the space, in one query."""
    here = Cursor(date, message_id)
    query = select(Message.id, Message.subject).where(*visible(actor, space)).limit(1)
    newer = query.where(_after(here)).order_by(Message.date, Message.id).subquery()
    older = query.where(_before(here)).order_by(Message.date.desc(), Message.id.desc()).subquery()
    both = union_all(
        select(literal("newer").label("side"), newer.c.id, newer.c.subject),
        select(literal("older"), older.c.id, older.c.subject),
    )
    found = {row.side: Neighbour(row.id, row.subject) for row in db.session.execute(both)}
    return found.get("newer"), found.get("older")


def _page(rows: Sequence[ArchiveRow], *, has_newer: bool, has_older: bool) -> ArchivePage:
    others = _others({row.thread_id for row in rows if row.thread_id is not None})
    shown = tuple(replace(row, others=others.get(row.thread_id or 0, 0)) for row in rows)
    return ArchivePage(
        shown,
        newer=Cursor(shown[0].date, shown[0].id) if shown and has_newer else None,
        older=Cursor(shown[-1].date, shown[-1].id) if shown and has_older else None,
    )


def _rows(
    conditions: Sequence[ColumnElement[bool]], older_than: Cursor | None = None, newer_than: Cursor | None = None
) -> list[ArchiveRow]:
    """One row more than a page, newest first; ``others`` is not known yet."""
    query = (
        select(
            Message.id,
            Message.subject,
            Message.from_name,
            Message.from_address,
            Message.snippet,
            Message.attachment_count,
            Message.thread_id,
            Message.date,
        )
        .where(*conditions)
        .limit(ON_A_PAGE + 1)
    )
    if newer_than is not None:
        near = query.where(_after(newer_than)).order_by(Message.date, Message.id)
        return [ArchiveRow(*row) for row in db.session.execute(near)][::-1]
    if older_than is not None:
        query = query.where(_before(older_than))
    newest_first = query.order_by(Message.date.desc(), Message.id.desc())
    return [ArchiveRow(*row) for row in db.session.execute(newest_first)]


def _others(thread_ids: set[int]) -> dict[int, int]:
    """How many other living messages stand in the thread of each."""
    rows = db.session.execute(
        select(Message.thread_id, func.count())
        .where(Message.thread_id.in_(sorted(thread_ids)), Message.deleted_at.is_(None))
        .group_by(Message.thread_id)
    )
    return {thread_id: number - 1 for thread_id, number in rows if thread_id is not None}


def _in_period(period: Period | None) -> tuple[ColumnElement[bool], ...]:
    if period is None:
        return ()
    begin, end = period.bounds
    return Message.date >= begin, Message.date < end


def _before(place: Cursor) -> ColumnElement[bool]:
    return tuple_(Message.date, Message.id) < _bound(place)


def _after(place: Cursor) -> ColumnElement[bool]:
    return tuple_(Message.date, Message.id) > _bound(place)


def _bound(place: Cursor) -> ColumnElement[tuple[object, ...]]:
    return tuple_(literal(place.date, UTCDateTime), literal(place.id))
