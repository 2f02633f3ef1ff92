"""Deriving anew what is stored of messages: all of a space when asked, or what an older parser read, little by little.

In batches, each parsed without a transaction and stored in a short one: nobody waits, and what a kill leaves undone is
done the next time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from sqlalchemy import ColumnElement, Row, func, select

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import reading, transaction
from wiki.jobs.progress import Progress
from wiki.mail import ingest, rethreading
from wiki.mail.models import Message
from wiki.mail.parsing.parse import PARSER_VERSION
from wiki.permissions.actor import SYSTEM
from wiki.words import MEBIBYTE, count

BATCH = 200
BATCH_BYTES = 8 * MEBIBYTE
SECONDS = 30.0
"""How long one run after an upgrade lasts; it comes again in a minute, and others have the machine in between."""


def reparse(space_id: int) -> int:
    """Make everything of a space anew from the raw bytes, its threads too; gives the number of messages."""
    last = done = 0
    with ingest.Digestion(space_id) as digestion:
        while rows := _next(last, Message.space_id == space_id):
            digestion.take(ingest.load_raws((row.id, row.sha256, row.internal_date) for row in rows))
            last = rows[-1].id
            done += len(rows)
    rebuild_threads(space_id)
    with transaction():
        record(SYSTEM, EventTag.MAIL_REPARSED, f"space:{space_id}", space_id=space_id, count=done)
    return done


def rebuild_threads(space_id: int) -> None:
    """Make all threads of a space anew, a few in each transaction."""
    last: int | None = 0
    while last is not None:
        with transaction() as session:
            last = rethreading.rebuild_some(session, space_id, last)
    attached = 1
    while attached:
        with transaction() as session:
            attached = rethreading.attach_some(session, space_id)


def catch_up(progress: Progress) -> str | None:
    """Derive anew what an older version of the parser read, for a while; gives how far that came, in words.

    Rests as long as it works: it is no hurry, and people are reading meanwhile.
    """
    is_old = Message.parsed_version.between(1, PARSER_VERSION - 1)
    with reading() as session:
        total = session.scalar(select(func.count()).where(is_old)) or 0
    last = done = 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and (rows := _next(last, is_old)):
        begin = time.monotonic()
        for space_id in {row.space_id for row in rows}:
            of_space = [row for row in rows if row.space_id == space_id]
            if not ingest.digest(
                space_id, ingest.load_raws((row.id, row.sha256, row.internal_date) for row in of_space)
            ):
                return None
        last = rows[-1].id
        done += len(rows)
        progress.tell(done, total)
        time.sleep(min(time.monotonic() - begin, 1))
    if not done:
        return None
    return f"Read {count(done, 'message')} anew; {total - done:,} are left."


def _next(last: int, wanted: ColumnElement[bool]) -> Sequence[Row[int, int, str, datetime | None, int]]:
    """The next messages behind that id, so few that what is made of them fits into memory; one at the least."""
    with reading() as session:
        rows = session.execute(
            select(Message.id, Message.space_id, Message.sha256, Message.internal_date, Message.size)
            .where(Message.id > last, wanted)
            .order_by(Message.id)
            .limit(BATCH)
        ).all()
    sizes = accumulate(row.size for row in rows)
    return rows[: max(1, sum(size <= BATCH_BYTES for size in sizes))]
