"""The only bridge from the database to the index: a row for each change, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, event, insert
from sqlalchemy.orm import Session, scoped_session

from wiki import clock
from wiki.search.models import OutboxRow
from wiki.search.registry import all_kinds

_OUTBOX = cast("Table", OutboxRow.__table__)


def touch(session: Session | scoped_session[Any], kind: str, ids: Iterable[int]) -> None:
    """Note that things changed, by bulk SQL or otherwise out of the flush listener's sight."""
    now = clock.now()
    rows = [{"kind": kind, "object_id": object_id, "created_at": now} for object_id in dict.fromkeys(ids)]
    if rows:
        session.connection().execute(insert(_OUTBOX), rows)  # thousands of them: the ORM would take thrice the time


def listen(sessions: scoped_session[Any]) -> None:
    """Note each change of an ORM object of a kind with a ``model`` as it is flushed; harmless to repeat."""
    if not event.contains(sessions, "after_flush", _after_flush):
        event.listen(sessions, "after_flush", _after_flush)


def _after_flush(session: Session, _context: object) -> None:
    watched = {kind.model: kind.name for kind in all_kinds().values() if kind.model is not None}
    changed: dict[str, list[int]] = {}
    for thing in [*session.new, *session.dirty, *session.deleted]:
        kind = watched.get(type(thing))
        if kind is not None:
            identified: Any = thing
            changed.setdefault(kind, []).append(identified.id)
    for kind, ids in changed.items():
        touch(session, kind, ids)
