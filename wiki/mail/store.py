"""Rows of the archive: the durable ones that are made before anything is parsed, and the derived ones after.

Nothing here commits, and the blobs are already safe when it is called. Written in batches with Core: the ORM,
row by row, is ten times slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.db import chunks
from wiki.mail.deriving import Derived
from wiki.mail.message import Received
from wiki.mail.models import Message, MessageAddress, MessagePart, SetAside, Tombstone
from wiki.mail.threads import Place

SHOWN_RAW = -1
_MESSAGES = cast("Table", Message.__table__)


@dataclass(frozen=True)
class Stored:
    """What became of one raw message: its row (None when it was purged here before), and whether it is new."""

    sha256: str
    id: int | None
    is_new: bool


def add(session: Session, space_id: int, raws: Sequence[Received]) -> list[Stored]:
    """Make a row for each message whose bytes the space does not have yet; one answer for each raw, in order.

    Of byte-identical messages in the batch the first is new, the others are duplicates of it.
    """
    hashes = list(dict.fromkeys(raw.sha256 for raw in raws))
    known: dict[str, int | None] = dict.fromkeys(_purged(session, space_id, hashes))
    known.update(_existing(session, space_id, hashes))
    fresh = {raw.sha256: raw for raw in reversed(raws) if raw.sha256 not in known}
    in_order = [sha256 for sha256 in hashes if sha256 in fresh]
    now = clock.now()
    rows = [
        {
            "space_id": space_id,
            "sha256": sha256,
            "size": fresh[sha256].size,
            "internal_date": fresh[sha256].internal_date,
            "archived_at": now,
            "date": fresh[sha256].internal_date or now,
        }
        for sha256 in in_order
    ]
    new_ids: dict[str, int] = {}
    if rows:
        # Asking for the ids afterwards is cheaper than having each inserted row tell its own.
        session.connection().execute(insert(_MESSAGES), rows)
        new_ids = _existing(session, space_id, in_order)
    answers = []
    for raw in raws:
        is_new = raw.sha256 in new_ids
        row_id = new_ids[raw.sha256] if is_new else known[raw.sha256]
        answers.append(Stored(raw.sha256, row_id, is_new))
        if is_new:
            known[raw.sha256] = new_ids.pop(raw.sha256)
    return answers


def describe(session: Session, derived: Mapping[int, Derived], places: Mapping[int, Place]) -> None:
    """Fill the derived columns of messages, and add their addresses and parts. Those of before were forgotten first."""
    rows = [
        {"row_id": row_id, "node_id": places[row_id].node, "thread_id": places[row_id].thread, **found.columns}
        for row_id, found in derived.items()
    ]
    if not rows:
        return
    connection = session.connection()
    changed: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row_id"}
    connection.execute(update(_MESSAGES).where(_MESSAGES.c.id == bindparam("row_id")).values(changed), rows)
    for table, rows_of in ((MessageAddress, "addresses"), (MessagePart, "parts")):
        more = [{"mail_id": row_id, **row} for row_id, found in derived.items() for row in getattr(found, rows_of)]
        if more:
            connection.execute(insert(cast("Table", table.__table__)), more)


def forget_derived(session: Session, ids: Sequence[int]) -> None:
    """Remove the addresses and parts of messages that are about to be described anew."""
    for table in (MessageAddress, MessagePart):
        for some in chunks(ids):
            session.execute(delete(table).where(table.mail_id.in_(some)))


def show_raw(session: Session, reasons: Mapping[int, str]) -> None:
    """Note that messages cannot be parsed, and why: they stay archived and are shown as they are."""
    if reasons:
        session.execute(
            update(Message),
            [
                {
                    "id": row_id,
                    "parsed_version": SHOWN_RAW,
                    "subject": "(a message that cannot be read)",
                    "defects": [reason],
                }
                for row_id, reason in reasons.items()
            ],
        )


def set_aside(session: Session, space_id: int, account_id: int | None, rows: Iterable[Mapping[str, Any]]) -> None:
    """Note messages that could not be archived: ``source``, ``sha256`` (or None), ``size`` and ``reason`` of each."""
    now = clock.now()
    session.execute(
        insert(SetAside), [{"space_id": space_id, "account_id": account_id, "at": now, **row} for row in rows]
    )


def _existing(session: Session, space_id: int, hashes: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(hashes):
        rows = session.execute(
            select(Message.sha256, Message.id).where(Message.space_id == space_id, Message.sha256.in_(some))
        )
        found.update({row.sha256: row.id for row in rows})
    return found


def _purged(session: Session, space_id: int, hashes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(hashes):
        found.update(
            session.scalars(select(Tombstone.sha256).where(Tombstone.space_id == space_id, Tombstone.sha256.in_(some)))
        )
    return found
