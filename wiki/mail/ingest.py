"""THE RECIPE by which every message comes into the archive, fetched or imported.

    blobs.put_many   the raw bytes, durable
    store.add        a row for each, committed by the caller together with its ledger
    digest           after that commit: parse, describe, thread, hand to the index

Parsing comes after the commit (reliability.md, section 2): a message that kills the parser is archived already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.blobs.configured import blob_store
from wiki.blobs.store import BlobMissing
from wiki.db import reading, transaction
from wiki.mail import store, threads
from wiki.mail.extraction import texts
from wiki.mail.forest import Mention
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.models import Message
from wiki.mail.parsing import parse
from wiki.search import outbox

MOST_ATTEMPTS = 3
LEFT_ALONE = timedelta(minutes=2)
BATCH = 200

log = structlog.get_logger(__name__)


def digest(space_id: int, raws: Mapping[int, RawMessage]) -> None:
    """Parse messages that are archived already, thread them and hand them to the index; in its own transaction.

    ``raws`` maps the row's id to the bytes. Never raises for what is in a message; safe to run again.
    """
    if not raws:
        return
    with reading() as session:
        raws = _still_there(session, raws)
    parsed = {row_id: _parse(raw) for row_id, raw in raws.items()}
    readable = {row_id: message for row_id, message in parsed.items() if message is not None}
    with transaction() as session:
        texts.touch(session, list(readable))
        store.describe(session, readable)
        texts.enter(session, list(readable))
        unreadable = [row_id for row_id, message in parsed.items() if message is None]
        if unreadable:
            store.show_raw(session, unreadable, "The parser failed on this message; it is kept and shown as it came.")
        threads.attach(session, space_id, [_attaching(row_id, message) for row_id, message in readable.items()])
        outbox.touch(session, "mail", list(raws))


def digest_left_over() -> int:
    """Digest what a crash left archived but unparsed, one at a time; after a few tries show it raw. Gives the count."""
    with reading() as session:
        waiting = session.execute(
            select(Message.id, Message.space_id, Message.sha256, Message.internal_date, Message.parse_attempts)
            .where(Message.parsed_version == 0, Message.archived_at < clock.now() - LEFT_ALONE)
            .order_by(Message.id)
            .limit(BATCH)
        ).all()
    for row in waiting:
        with transaction() as session:
            if row.parse_attempts >= MOST_ATTEMPTS:
                store.show_raw(session, [row.id], "The parser was stopped on this message; it is shown as it came.")
                outbox.touch(session, "mail", [row.id])
                continue
            # Counted before the try: should it kill this process, the next one knows.
            session.execute(update(Message).where(Message.id == row.id).values(parse_attempts=row.parse_attempts + 1))
        digest(row.space_id, load_raws([(row.id, row.sha256, row.internal_date)]))
    return len(waiting)


def reparse(space_id: int) -> int:
    """Make everything derived anew from the raw bytes, in batches of constant memory; gives the number of messages."""
    last = done = 0
    while True:
        with reading() as session:
            rows = _after(session, space_id, last)
        if not rows:
            break
        digest(space_id, load_raws([(row.id, row.sha256, row.internal_date) for row in rows]))
        last = rows[-1].id
        done += len(rows)
    with transaction() as session:
        threads.rebuild(session, space_id)
    return done


def load_raws(rows: Iterable[tuple[int, str, datetime | None]]) -> dict[int, RawMessage]:
    """Read raw messages from the blob store: ``(id, sha256, internal_date)`` of each; missing ones are left out."""
    found: dict[int, RawMessage] = {}
    for row_id, sha256, internal_date in rows:
        try:
            found[row_id] = RawMessage(blob_store().read(sha256), internal_date)
        except BlobMissing:
            log.warning("a raw message is missing from the blob store", sha256=sha256, message=row_id)
    return found


def _still_there(session: Session, raws: Mapping[int, RawMessage]) -> dict[int, RawMessage]:
    """Leave out what was purged meanwhile."""
    ids = list(raws)
    there: set[int] = set()
    for start in range(0, len(ids), store.CHUNK):
        there.update(session.scalars(select(Message.id).where(Message.id.in_(ids[start : start + store.CHUNK]))))
    return {row_id: raw for row_id, raw in raws.items() if row_id in there}


def _after(session: Session, space_id: int, last: int) -> Sequence[Row[int, str, datetime | None]]:
    return session.execute(
        select(Message.id, Message.sha256, Message.internal_date)
        .where(Message.space_id == space_id, Message.id > last)
        .order_by(Message.id)
        .limit(BATCH)
    ).all()


def _parse(raw: RawMessage) -> ParsedMessage | None:
    try:
        return parse.parse(raw)
    except Exception:  # the parser promises not to raise; should it, one message must not stop the others
        log.exception("the parser failed", sha256=raw.sha256)
        return None


def _attaching(row_id: int, message: ParsedMessage) -> threads.Attaching:
    return threads.Attaching(row_id, Mention.of(message.message_id, message.references, message.in_reply_to))
