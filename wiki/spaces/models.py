"""Spaces."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class SpaceKind(StrEnum):
    """A site space is a team's; a personal space belongs to one user, has the key ``~name`` and no mail."""

    SITE = "site"
    PERSONAL = "personal"


class Space(Model):
    """A place for pages and mail. The key never changes; two keys never differ in case only (``key_folded``).

    ``theme`` None: the site's theme. ``theme_settings`` holds what was set, whichever theme it was for.
    """

    __tablename__ = "spaces"
    __table_args__ = (Index(None, "folded"),)

    id: Mapped[int] = id_column()
    key: Mapped[str] = mapped_column(String(255), unique=True)
    key_folded: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    # Name and key in folded case, kept by _fold, to sort and filter by: databases fold only ASCII.
    folded: Mapped[str] = mapped_column(String(1100))
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[SpaceKind] = mapped_column(String(20))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    theme: Mapped[str | None] = mapped_column(String(100))
    theme_settings: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def is_personal(self) -> bool:
        """Whether it is one user's own."""
        return self.kind == SpaceKind.PERSONAL

    @validates("key", "name")
    def _fold(self, field: str, value: str) -> str:
        words = {"name": self.name or "", "key": self.key or "", field: value}
        self.folded = f"{words['name']} {words['key']}".casefold().strip()
        return value
