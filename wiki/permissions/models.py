"""Grants: who was given what. A principal is a token of :mod:`wiki.permissions.actor`."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import id_column
from wiki.extensions import Model


class SpaceGrant(Model):
    """One permission of one principal in one space; grants add up."""

    __tablename__ = "space_grants"
    __table_args__ = (
        UniqueConstraint("space_id", "principal", "permission"),
        Index(None, "principal", "permission", "space_id"),
    )

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"))
    principal: Mapped[str] = mapped_column(String(50))
    permission: Mapped[str] = mapped_column(String(50))


class SiteGrant(Model):
    """One site-wide permission of one principal."""

    __tablename__ = "site_grants"
    __table_args__ = (UniqueConstraint("principal", "permission"),)

    id: Mapped[int] = id_column()
    principal: Mapped[str] = mapped_column(String(50))
    permission: Mapped[str] = mapped_column(String(50))
