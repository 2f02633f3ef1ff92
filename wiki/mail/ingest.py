"""THE RECIPE by which every message comes into the archive, fetched or imported.

    blobs.put_many   the raw bytes, durable
    store.add        a row for each, committed by the caller together with its ledger
    digest           after that commit: parse, describe, thread, hand to the index

Parsing comes after the commit (docs/reliability.md, section 2), and in a child process with bounded time and memory:
a message that is too much for it is archived already, and is shown as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.blobs.configured import blob_store
from wiki.bounded.child import Exhausted, NotStarted, Outcome
from wiki.db import chunks, reading, transaction
from wiki.mail import rethreading, store, threads
from wiki.mail.deriving import CHILD, Derived, request
from wiki.mail.extraction import texts
from wiki.mail.forest import Mention
from wiki.mail.message import LargeMessage, RawMessage, Received
from wiki.mail.models import Message
from wiki.mail.parser_process import LARGE, parser_process
from wiki.search import outbox

MOST_ATTEMPTS = 3
LEFT_ALONE = timedelta(minutes=2)
BATCH = 200
LONGEST_SENT = 256 * 1024

log = structlog.get_logger(__name__)


class Digestion:
    """Digests batch after batch: the child parses one while the one before is stored and the caller gets the next.

    ``with Digestion(space_id) as digestion:`` and ``digestion.take(raws)`` for each batch. What a crash leaves
    undone is found by :func:`digest_left_over`.
    """

    def __init__(self, space_id: int) -> None:
        self._space_id = space_id
        self._begun: list[tuple[list[int], Future[list[Outcome]]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            self.finish()
        elif issubclass(kind, Exception):
            try:  # what is archived is parsed, whatever ended the reading of more
                self.finish()
            except Exception:  # the first trouble is the one to be told
                log.exception("a batch was not digested")

    def take(self, raws: Mapping[int, Received]) -> None:
        """Begin with messages that are archived already (``raws`` maps the row's id to the bytes); store those before.

        Never raises for what is in a message; safe to run again.
        """
        large = {row_id: raw for row_id, raw in raws.items() if raw.size >= LARGE}
        groups = [[row_id for row_id in raws if row_id not in large], *([row_id] for row_id in large)]
        begun = [(ids, _begin([raws[row_id] for row_id in ids])) for ids in groups if ids]
        self.finish()
        self._begun = begun

    def finish(self) -> bool:
        """Store what was begun with. False where no child can be started: the messages stay for a later time."""
        begun, self._begun = self._begun, []
        outcomes: dict[int, Outcome] = {}
        try:
            for ids, future in begun:
                outcomes.update(zip(ids, future.result(), strict=True))
        except NotStarted:
            log.exception("nothing can be parsed now", messages=sum(len(ids) for ids, _ in begun))
            return False
        if outcomes:
            with transaction() as session:
                _store(session, self._space_id, outcomes)
        return True


def digest(space_id: int, raws: Mapping[int, Received]) -> bool:
    """Digest one batch; on return it is parsed, threaded and handed to the index. False: nothing can be parsed now."""
    digestion = Digestion(space_id)
    digestion.take(raws)
    return digestion.finish()


def digest_left_over() -> int:
    """Digest what a crash left archived but unparsed, one at a time; after a few tries show it raw. Gives the count."""
    with reading() as session:
        waiting = session.execute(
            select(Message.id, Message.space_id, Message.sha256, Message.internal_date, Message.parse_attempts)
            .where(Message.parsed_version == 0, Message.archived_at < clock.now() - LEFT_ALONE)
            .order_by(Message.id)
            .limit(BATCH)
        ).all()
    for done, row in enumerate(waiting):
        with transaction() as session:
            if row.parse_attempts >= MOST_ATTEMPTS:
                store.show_raw(session, {row.id: "The parser was stopped on this message; it is shown as it came."})
                outbox.touch(session, "mail", [row.id])
                continue
            # Counted before the try: should it kill this process, the next one knows.
            session.execute(update(Message).where(Message.id == row.id).values(parse_attempts=row.parse_attempts + 1))
        if not digest(row.space_id, load_raws([(row.id, row.sha256, row.internal_date)])):
            with transaction() as session:
                session.execute(update(Message).where(Message.id == row.id).values(parse_attempts=row.parse_attempts))
            return done
    return len(waiting)


def load_raws(rows: Iterable[tuple[int, str, datetime | None]]) -> dict[int, Received]:
    """Read raw messages from the blob store: ``(id, sha256, internal_date)`` of each; missing ones are left out.

    Long ones stay where they are.
    """
    found: dict[int, Received] = {}
    for row_id, sha256, internal_date in rows:
        path = blob_store().path(sha256)
        try:
            size = path.stat().st_size
            if size > LONGEST_SENT:
                found[row_id] = LargeMessage(path, size, sha256, internal_date)
            else:
                found[row_id] = RawMessage(path.read_bytes(), internal_date)
        except FileNotFoundError:
            log.warning("a raw message is missing from the blob store", sha256=sha256, message=row_id)
    return found


def _store(session: Session, space_id: int, outcomes: Mapping[int, Outcome]) -> None:
    """Store what the child made of messages, but for those that were purged meanwhile."""
    before = _before(session, list(outcomes))
    outcomes = {row_id: outcome for row_id, outcome in outcomes.items() if row_id in before}
    derived = {row_id: Derived.read(outcome) for row_id, outcome in outcomes.items() if isinstance(outcome, bytes)}
    again = [row_id for row_id in outcomes if before[row_id].version > 0]
    texts.touch(session, again)
    store.forget_derived(session, again)
    mentions = {row_id: each.mention for row_id, each in derived.items()}
    places = threads.attach(session, space_id, [threads.Attaching(*each) for each in mentions.items()])
    store.describe(session, derived, places)
    # What a message said before may hold together what belongs together no more.
    changed = [key for key in mentions if before[key].thread and before[key].mention != mentions[key]]
    if changed:
        old = {before[key].thread or 0 for key in changed}
        rethreading.reattach(session, space_id, old | {places[key].thread for key in changed})
    texts.enter(session, [row_id for row_id, each in derived.items() if each.columns["attachment_count"]])
    store.show_raw(
        session,
        {
            row_id: f"This message could not be taken apart. {outcome} It is kept, and shown as it came."
            for row_id, outcome in outcomes.items()
            if isinstance(outcome, Exhausted)
        },
    )
    outbox.touch(session, "mail", list(outcomes))


@dataclass(frozen=True)
class _Before:
    """What a row was derived to before: by which version, in which thread, and what it said about others."""

    version: int
    thread: int | None
    mention: Mention


def _before(session: Session, ids: Sequence[int]) -> dict[int, _Before]:
    """Each message that is still there."""
    columns = (Message.id, Message.parsed_version, Message.thread_id)
    saying = (Message.message_id, Message.references, Message.in_reply_to)
    found: dict[int, _Before] = {}
    for some in chunks(ids):
        rows = session.execute(select(*columns, *saying).where(Message.id.in_(some)))
        for row in rows:
            mention = Mention.of(row.message_id, row.references, row.in_reply_to)
            found[row.id] = _Before(row.parsed_version, row.thread_id, mention)
    return found


def _begin(raws: Sequence[Received]) -> Future[list[Outcome]]:
    """Have messages parsed in the background: ordinary ones together, a large one alone."""
    return parser_process(CHILD, max(raw.size for raw in raws)).begin([_request(raw) for raw in raws])


def _request(raw: Received) -> bytes:
    """Long messages are not sent: the child reads them from the store, where they are already."""
    if isinstance(raw, RawMessage) and raw.size <= LONGEST_SENT:
        return request(raw.content, raw.internal_date)
    return request(blob_store().path(raw.sha256), raw.internal_date)
