"""How far the archive has been read again, and what was found damaged."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class Condition(StrEnum):
    """How a stored blob is."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    MISSING = "missing"


class ArchiveCheck(Model):
    """One pass over all blobs, in the order of their names: those of the first ``done`` of 256 beginnings are read."""

    __tablename__ = "mail_checks"

    id: Mapped[int] = id_column()
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)


class BlobDamage(Model):
    """A blob that the archive needs and that is not whole; the row goes when it is whole again."""

    __tablename__ = "mail_damage"

    id: Mapped[int] = id_column()
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    condition: Mapped[Condition] = mapped_column(String(10))
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
