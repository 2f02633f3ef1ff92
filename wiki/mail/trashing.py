"""Throwing mail away, taking it back, and destroying it. Bulk SQL, because a space may hold hundreds of thousands.

Nothing here commits. What is purged leaves a tombstone, so that no fetch and no import brings it back; its raw
bytes stay in the blob store until it is swept (:mod:`wiki.mail.keeping.sweeping`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import chunks
from wiki.extensions import db
from wiki.mail.extraction import texts
from wiki.mail.models import Message, Tombstone
from wiki.mail.rethreading import reattach
from wiki.mail.subjects import message_subject
from wiki.permissions.actor import Actor
from wiki.search import outbox
from wiki.spaces.models import Space

KIND = "mail"


@dataclass(frozen=True)
class _Trashed:
    """A message that lies in the trash."""

    id: int
    sha256: str


def trash_message(actor: Actor, message: Message) -> None:
    """Put one message into its space's trash; one that lies there stays as it is."""
    if message.deleted_at is not None:
        return
    message.deleted_at = clock.now()
    message.deleted_by = actor.name
    db.session.flush()
    _touch([message.id])
    record(actor, EventTag.MAIL_TRASHED, message_subject(message.id), space_id=message.space_id, sha256=message.sha256)


def trash_all(actor: Actor, space: Space) -> int:
    """Put every message of the space into its trash; gives their number."""
    living = [Message.space_id == space.id, Message.deleted_at.is_(None)]
    ids = db.session.scalars(select(Message.id).where(*living)).all()
    if not ids:
        return 0
    db.session.execute(
        update(Message)
        .where(*living)
        .values(deleted_at=clock.now(), deleted_by=actor.name)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    _touch(ids)
    record(actor, EventTag.MAIL_TRASHED, f"space:{space.id}", space_id=space.id, count=len(ids))
    return len(ids)


def restore(actor: Actor, space_id: int, ids: Sequence[int]) -> int:
    """Take messages of a space out of its trash; gives how many lay there."""
    found = _in_trash(space_id, ids)
    for some in chunks([row.id for row in found]):
        db.session.execute(
            update(Message)
            .where(Message.id.in_(some))
            .values(deleted_at=None, deleted_by="")
            .execution_options(synchronize_session=False)
        )
        _touch(some)
    _end(actor, EventTag.MAIL_RESTORED, space_id, found)
    return len(found)


def purge(actor: Actor, space_id: int, ids: Sequence[int]) -> int:
    """Destroy messages that lie in the trash of a space, for good; gives their number.

    Others in their threads then answer a message that is not in the archive. What only a destroyed message said of
    who answers whom goes with it: their threads are made anew, as if it had never come.
    """
    found = _in_trash(space_id, ids)
    threads = _threads_of(found)
    for some in chunks(found):
        _bury(space_id, [row.sha256 for row in some])
        numbers = [row.id for row in some]
        _touch(numbers)
        attached = texts.hashes_of(db.session(), numbers)
        # Addresses and parts go with it: their foreign keys cascade.
        db.session.execute(delete(Message).where(Message.id.in_(numbers)).execution_options(synchronize_session=False))
        texts.forget_unused(db.session(), attached)
    for part in chunks(threads):
        reattach(db.session(), space_id, part)
    _end(actor, EventTag.MAIL_PURGED, space_id, found)
    return len(found)


def _threads_of(rows: Sequence[_Trashed]) -> list[int]:
    found: set[int] = set()
    for some in chunks(rows):
        named = select(Message.thread_id).where(Message.id.in_([row.id for row in some]))
        found.update(thread for thread in db.session.scalars(named) if thread is not None)
    return sorted(found)


def _touch(ids: Sequence[int]) -> None:
    """The index is told of messages and of what is attached to them."""
    outbox.touch(db.session(), KIND, ids)
    texts.touch(db.session(), ids)


def _in_trash(space_id: int, ids: Sequence[int]) -> list[_Trashed]:
    found: list[_Trashed] = []
    for some in chunks(sorted(set(ids))):
        rows = db.session.execute(
            select(Message.id, Message.sha256).where(
                Message.space_id == space_id, Message.deleted_at.is_not(None), Message.id.in_(some)
            )
        )
        found += [_Trashed(row.id, row.sha256) for row in rows]
    return found


def _bury(space_id: int, hashes: Sequence[str]) -> None:
    there = select(Tombstone.sha256).where(Tombstone.space_id == space_id, Tombstone.sha256.in_(hashes))
    known = set(db.session.scalars(there))
    rows = [
        {"space_id": space_id, "sha256": sha256, "purged_at": clock.now()} for sha256 in hashes if sha256 not in known
    ]
    if rows:
        db.session.execute(insert(Tombstone), rows)


def _end(actor: Actor, tag: EventTag, space_id: int, rows: Sequence[_Trashed]) -> None:
    """Put it on record: one message by its own number and hash, many by how many they were."""
    db.session.expire_all()
    if len(rows) == 1:
        record(actor, tag, message_subject(rows[0].id), space_id=space_id, sha256=rows[0].sha256)
    elif rows:
        record(actor, tag, f"space:{space_id}", space_id=space_id, count=len(rows))
