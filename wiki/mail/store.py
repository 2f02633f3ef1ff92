"""Rows of the archive: the durable ones that are made before anything is parsed, and the derived ones after.

Nothing here commits, and the blobs are already safe when it is called. Written in batches with Core: the ORM,
row by row, is ten times slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.mail import body
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.models import Message, MessageAddress, MessagePart, SetAside, Tombstone
from wiki.mail.parsing import parse, wire
from wiki.mail.quoting import stored

CHUNK = 400  # placeholders in one statement
SHOWN_RAW = -1


@dataclass(frozen=True)
class Stored:
    """What became of one raw message: its row (None when it was purged here before), and whether it is new."""

    sha256: str
    id: int | None
    is_new: bool


def add(session: Session, space_id: int, raws: Sequence[RawMessage]) -> list[Stored]:
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
            "size": len(fresh[sha256].content),
            "internal_date": fresh[sha256].internal_date,
            "archived_at": now,
            "date": fresh[sha256].internal_date or now,
        }
        for sha256 in in_order
    ]
    new_ids: dict[str, int] = {}
    if rows:
        ids = session.scalars(insert(Message).returning(Message.id, sort_by_parameter_order=True), rows)
        new_ids = dict(zip(in_order, ids, strict=True))
    answers = []
    for raw in raws:
        is_new = raw.sha256 in new_ids
        row_id = new_ids[raw.sha256] if is_new else known[raw.sha256]
        answers.append(Stored(raw.sha256, row_id, is_new))
        if is_new:
            known[raw.sha256] = new_ids.pop(raw.sha256)
    return answers


def describe(session: Session, parsed: Mapping[int, ParsedMessage]) -> None:
    """Fill the derived columns, addresses and parts of messages; doing it again replaces what was there."""
    if not parsed:
        return
    ids = list(parsed)
    session.execute(update(Message), [_columns(row_id, message) for row_id, message in parsed.items()])
    for table in (MessageAddress, MessagePart):
        for start in range(0, len(ids), CHUNK):
            session.execute(delete(table).where(table.mail_id.in_(ids[start : start + CHUNK])))
    addresses = [row for row_id, message in parsed.items() for row in _address_rows(row_id, message)]
    parts = [row for row_id, message in parsed.items() for row in _part_rows(row_id, message)]
    if addresses:
        session.execute(insert(MessageAddress), addresses)
    if parts:
        session.execute(insert(MessagePart), parts)


def show_raw(session: Session, ids: Iterable[int], reason: str) -> None:
    """Note that messages cannot be parsed: they stay archived and are shown as they are."""
    session.execute(
        update(Message),
        [
            {
                "id": row_id,
                "parsed_version": SHOWN_RAW,
                "subject": "(a message that cannot be read)",
                "defects": [reason],
            }
            for row_id in ids
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
    for start in range(0, len(hashes), CHUNK):
        rows = session.execute(
            select(Message.sha256, Message.id).where(
                Message.space_id == space_id, Message.sha256.in_(hashes[start : start + CHUNK])
            )
        )
        found.update({row.sha256: row.id for row in rows})
    return found


def _purged(session: Session, space_id: int, hashes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(hashes), CHUNK):
        found.update(
            session.scalars(
                select(Tombstone.sha256).where(
                    Tombstone.space_id == space_id, Tombstone.sha256.in_(hashes[start : start + CHUNK])
                )
            )
        )
    return found


def _columns(row_id: int, message: ParsedMessage) -> dict[str, object]:
    sender = message.sender[0] if message.sender else None
    kept = stored.to_store(message.text, message.subject)
    return {
        "id": row_id,
        "parsed_version": parse.PARSER_VERSION,
        "date": message.date,
        "header_date": message.header_date,
        "received_date": message.received_date,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "subject": message.subject,
        "from_name": sender.name if sender else "",
        "from_address": sender.address if sender else "",
        "snippet": body.snippet(message.text, stored.stored_ranges(kept, message.text)),
        "text": message.text,
        "text_ranges": kept,
        "has_html": bool(message.html),
        "attachment_count": len(message.attachments),
        "defects": list(message.defects),
        "features": wire.to_json(message.features),
    }


def _address_rows(row_id: int, message: ParsedMessage) -> list[dict[str, object]]:
    roles = {
        "from": message.sender,
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply-to": message.reply_to,
    }
    return [
        {"mail_id": row_id, "role": role, "position": position, "name": each.name, "address": each.address}
        for role, addresses in roles.items()
        for position, each in enumerate(addresses)
    ]


def _part_rows(row_id: int, message: ParsedMessage) -> list[dict[str, object]]:
    return [
        {
            "mail_id": row_id,
            "number": part.index,
            "content_type": part.content_type[:255],
            "disposition": part.disposition[:50],
            "filename": part.filename,
            "content_id": part.content_id,
            "size": part.size,
            "sha256": part.sha256,
            "is_attachment": part.is_attachment,
            "container": part.container,
        }
        for part in message.parts
    ]
