"""Users, groups, sign-in sessions and failures, and how far the first set-up is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

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
    """A named set of users. Which one holds the super users is a matter of its name, which is a setting."""

    __tablename__ = "groups"

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    members: Mapped[list[User]] = relationship(secondary=group_members, back_populates="groups")


class User(Model):
    """A person who can sign in. ``name`` is the sign-in name, lower case, and never changes."""

    __tablename__ = "users"
    __table_args__ = (Index(None, "folded"),)

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(100), unique=True)
    full_name: Mapped[str] = mapped_column(String(255))
    # Both names in folded case, kept by _fold: databases fold only ASCII, and people have other letters.
    folded: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(255), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    groups: Mapped[list[Group]] = relationship(secondary=group_members, back_populates="members")

    @property
    def display_name(self) -> str:
        """The name that other people see."""
        return self.full_name or self.name

    @validates("name", "full_name")
    def _fold(self, field: str, value: str) -> str:
        names = {"full_name": self.full_name or "", "name": self.name or "", field: value}
        self.folded = f"{names['full_name']} {names['name']}".casefold().strip()
        return value


class SignInSession(Model):
    """One browser that signed in. Signing out removes the row, so that a copied cookie opens nothing any more.

    ``token_hash`` is the SHA-256 of the random token in the cookie: a stolen database signs nobody in.
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
    """A failed try to sign in, kept for a while to slow down guessing.

    ``name`` is the SHA-256 of what was typed as the name: now and then that is somebody's password.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "name", "at"), Index(None, "address", "at"))

    id: Mapped[int] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SetUpStep(StrEnum):
    """The screens of the first set-up, in their order."""

    ADMINISTRATOR = "administrator"
    SITE = "site"
    SPACE = "space"
    DONE = "done"


class SetUp(Model):
    """The first set-up of the site; there is one row at most, and once it is done no other is ever made.

    ``token_hash`` is the SHA-256 of the token in the one-time address, and ``user_id`` the administrator who was
    made on the first screen: from then on only that person may go on.
    """

    __tablename__ = "set_up"

    id: Mapped[int] = id_column()
    token_hash: Mapped[str] = mapped_column(String(64))
    step: Mapped[SetUpStep] = mapped_column(String(20), default=SetUpStep.ADMINISTRATOR)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
