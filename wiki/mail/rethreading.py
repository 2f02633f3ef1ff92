"""Making threads anew, a few at a time, in transactions so short that nobody waits for them.

Each step takes whole conversations: the threads asked for, and every thread that what they hold names. They are taken
to pieces and put together from what their messages say now, in one transaction, so that readers see the one forest or
the other. When each thread has had its turn the result is that of threading the space from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from wiki.db import chunks
from wiki.mail.forest import Mention
from wiki.mail.models import Message, Thread, ThreadNode
from wiki.mail.threads import Attaching, attach, threads_named, write_places

THREADS_AT_ONCE = 100
MESSAGES_AT_ONCE = 500

_SAYING = (Message.id, Message.message_id, Message.references, Message.in_reply_to, Message.thread_id)


def reattach(session: Session, space_id: int, thread_ids: Iterable[int]) -> None:
    """Make threads anew from what their messages say now. A thread that stays keeps its id, and so its address."""
    threads, messages, homes = _conversations(session, space_id, set(thread_ids))
    every = sorted(threads)
    for some in chunks(every):
        session.execute(update(Message).where(Message.thread_id.in_(some)).values(node_id=None, thread_id=None))
        session.execute(update(ThreadNode).where(ThreadNode.thread_id.in_(some)).values(parent_id=None))
    for some in chunks(every):
        session.execute(delete(ThreadNode).where(ThreadNode.thread_id.in_(some)))
    places = attach(session, space_id, messages, homes)
    write_places(session, places)
    for some in chunks(sorted(threads - {place.thread for place in places.values()})):
        session.execute(delete(Thread).where(Thread.id.in_(some)))


def rebuild_some(session: Session, space_id: int, after: int) -> int | None:
    """Make the next threads behind that id anew; gives where to go on, None when each has had its turn."""
    found = session.scalars(
        select(Thread.id)
        .where(Thread.space_id == space_id, Thread.id > after)
        .order_by(Thread.id)
        .limit(THREADS_AT_ONCE)
    ).all()
    if not found:
        return None
    reattach(session, space_id, found)
    return found[-1]


def attach_some(session: Session, space_id: int) -> int:
    """Thread messages that are parsed and in no thread; gives how many."""
    rows = session.execute(
        select(*_SAYING)
        .where(Message.space_id == space_id, Message.thread_id.is_(None), Message.message_id != "")
        .limit(MESSAGES_AT_ONCE)
    ).all()
    found = [Attaching(row.id, Mention.of(row.message_id, row.references, row.in_reply_to)) for row in rows]
    if found:
        write_places(session, attach(session, space_id, found))
    return len(found)


def _conversations(
    session: Session, space_id: int, thread_ids: set[int]
) -> tuple[set[int], list[Attaching], dict[str, int]]:
    """The threads, with all that their messages name; those messages, and in which thread each name of one was."""
    threads: set[int] = set()
    messages: list[Attaching] = []
    homes: dict[str, int] = {}
    waiting = thread_ids
    while waiting:
        threads |= waiting
        fresh = []
        for some in chunks(sorted(waiting)):
            for row in session.execute(select(*_SAYING).where(Message.thread_id.in_(some)).order_by(Message.id)):
                fresh.append(Attaching(row.id, Mention.of(row.message_id, row.references, row.in_reply_to)))
                homes.setdefault(row.message_id, row.thread_id)
        messages += fresh
        waiting = threads_named(session, space_id, fresh) - threads
    return threads, messages, homes
