"""The record of events; rows are added and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class Event(Model):
    """Who did what to what, and when. ``subject`` is ``kind:id``; ``details`` holds no secret and no mail body."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "subject", "id"), Index(None, "tag", "id"))

    id: Mapped[int] = id_column()
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    tag: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(100))
    details: Mapped[dict[str, object]] = mapped_column(JSON)
