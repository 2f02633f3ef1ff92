"""Users, groups and sign-in sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model, db

group_members = Table(
    "group_members",
    db.metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "user_id"),
)


class Group(Model):
    """A named set of users. Being ``is_super_group`` is a matter of its name, which is a setting."""

    __tablename__ = "groups"

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    members: Mapped[list[User]] = relationship(secondary=group_members, back_populates="groups")


class User(Model):
    """A person who can sign in. ``name`` is the sign-in name, lower case, and never changes."""

    __tablename__ = "users"

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(100), unique=True)
    full_name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    groups: Mapped[list[Group]] = relationship(secondary=group_members, back_populates="members")


class SignInSession(Model):
    """One browser that signed in. Signing out removes the row, so that a copied cookie opens nothing any more.

    ``token_hash`` is the SHA-256 of the random
    token in the cookie: a stolen database signs nobody in.
    """

    __tablename__ = "sign_in_sessions"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[int] = id_column()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    user: Mapped[User] = relationship(lazy="joined")


class SignInFailure(Model):
    """A failed try to sign in, kept for a while to slow down guessing."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "name", "at"), Index(None, "address", "at"))

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
