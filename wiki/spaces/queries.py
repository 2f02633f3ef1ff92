"""Reading spaces; whatever takes an actor gives only what that actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from wiki.accounts.models import User, group_members
from wiki.extensions import db
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space, SpaceKind


@dataclass(frozen=True)
class Wanted:
    """Which spaces: of one kind, and with these words in name or key; by default all."""

    kind: SpaceKind | None = None
    name: str = ""


def visible_spaces(actor: Actor, wanted: Wanted | None = None, *, offset: int = 0, limit: int = 50) -> Sequence[Space]:
    """The spaces that the actor may view, by name."""
    found = select(Space).where(*_conditions(actor, wanted or Wanted()))
    return db.session.scalars(found.order_by(Space.folded, Space.id).offset(offset).limit(limit)).all()


def count_visible(actor: Actor, wanted: Wanted | None = None) -> int:
    """How many spaces the actor may view."""
    counting = select(func.count()).select_from(Space).where(*_conditions(actor, wanted or Wanted()))
    return db.session.scalar(counting) or 0


def by_key(key: str) -> Space | None:
    """The space of that key, in whatever case it is written; says nothing about rights."""
    return db.session.scalar(select(Space).where(Space.key_folded == key.casefold()))


def personal_space_of(user_id: int) -> Space | None:
    """The space that belongs to a user."""
    return db.session.scalar(select(Space).where(Space.owner_id == user_id))


def display_name(user_id: int) -> str:
    """The name of a user that other people see."""
    return db.session.get_one(User, user_id).display_name


def is_anybody_among(principals: Iterable[str]) -> bool:
    """Whether at least one of the principals stands for a person who can sign in."""
    tokens = list(principals)
    users = [int(token.removeprefix("user:")) for token in tokens if token.startswith("user:")]
    groups = [int(token.removeprefix("group:")) for token in tokens if token.startswith("group:")]
    in_groups = select(group_members.c.user_id).where(group_members.c.group_id.in_(groups))
    people = select(User.id).where(User.is_active, User.id.in_(users) | User.id.in_(in_groups)).limit(1)
    return db.session.scalar(people) is not None


def _conditions(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Space.id.in_(space_ids(actor, Permission.SPACE_VIEW))]
    if wanted.kind is not None:
        conditions.append(Space.kind == wanted.kind)
    conditions.extend(Space.folded.contains(word, autoescape=True) for word in wanted.name.casefold().split()[:10])
    return conditions
