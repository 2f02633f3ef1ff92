"""The only bridge from the database to the index: a row for each change, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session, scoped_session

from wiki import clock
from wiki.search.models import OutboxRow


def touch(session: Session | scoped_session[Session], kind: str, ids: Iterable[int]) -> None:
    """Note that things changed, by bulk SQL or otherwise out of the flush listener's sight."""
    now = clock.now()
    rows = [{"kind": kind, "object_id": object_id, "created_at": now} for object_id in dict.fromkeys(ids)]
    if rows:
        session.execute(insert(OutboxRow), rows)


def listen(sessions: scoped_session[Session], watched: Mapping[type, str]) -> None:
    """Note each change of an ORM object of the watched classes (class to kind) as it is flushed."""

    def after_flush(session: Session, _context: object) -> None:
        changed: dict[str, list[int]] = {}
        for thing in [*session.new, *session.dirty, *session.deleted]:
            kind = watched.get(type(thing))
            if kind is not None:
                identified: Any = thing
                changed.setdefault(kind, []).append(identified.id)
        for kind, ids in changed.items():
            touch(session, kind, ids)

    event.listen(sessions, "after_flush", after_flush)
