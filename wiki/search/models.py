"""The outbox: what has changed and is not in the index yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class OutboxRow(Model):
    """A thing that was added, changed or removed; the indexer looks up what it is now."""

    __tablename__ = "search_outbox"

    id: Mapped[int] = id_column()
    kind: Mapped[str] = mapped_column(String(50))
    object_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
