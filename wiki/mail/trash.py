"""Mail in the trash of its space, as the trash's screen wants it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from wiki.extensions import db
from wiki.mail import trashing
from wiki.mail.models import Message
from wiki.spaces.trash import TrashedItem, TrashKind
from wiki.web.filters import day


def _items(space_id: int, limit: int, before: datetime | None) -> Sequence[TrashedItem]:
    query = select(
        Message.id,
        Message.subject,
        Message.from_name,
        Message.from_address,
        Message.date,
        Message.deleted_at,
        Message.deleted_by,
    ).where(Message.space_id == space_id, Message.deleted_at.is_not(None))
    if before is not None:
        query = query.where(Message.deleted_at < before)
    rows = db.session.execute(query.order_by(Message.deleted_at.desc(), Message.id.desc()).limit(limit))
    return [
        TrashedItem(
            id=row.id,
            title=row.subject or "(no subject)",
            detail=f"Mail from {row.from_name or row.from_address or 'an unknown sender'}, {day(row.date)}",
            trashed_at=row.deleted_at,
            trashed_by=row.deleted_by,
        )
        for row in rows
    ]


def _count(space_id: int) -> int:
    counted = select(func.count()).select_from(Message)
    return db.session.scalar(counted.where(Message.space_id == space_id, Message.deleted_at.is_not(None))) or 0


KIND = TrashKind(
    name=trashing.KIND,
    label="Mail",
    icon="mail",
    items=_items,
    count=_count,
    restore=trashing.restore,
    purge=trashing.purge,
    feature="mail",
)
