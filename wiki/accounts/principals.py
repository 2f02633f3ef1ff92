"""The principals of grants as people know them, both ways: ``group:3`` is the group ``editors``."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select

from wiki.accounts.models import Group, User
from wiki.accounts.queries import find_user
from wiki.errors import Invalid
from wiki.extensions import db
from wiki.permissions.actor import ANYONE, group_token, user_token


class PrincipalKind(StrEnum):
    """Who can be given rights."""

    GROUP = "group"
    USER = "user"
    ANONYMOUS = "anonymous"


class Principal(NamedTuple):
    """A principal in words; ``name`` is a group's name, a user's sign-in name, or ``Anonymous``."""

    kind: PrincipalKind
    name: str


def describe(tokens: Iterable[str]) -> dict[str, Principal]:
    """Each token's principal, in the order of permission screens: groups, users, anonymous; each by name.

    A token of nobody (its group was deleted meanwhile) is left out.
    """
    wanted = set(tokens)
    groups = db.session.execute(select(Group.id, Group.name).where(Group.id.in_(_ids(wanted, "group"))))
    users = db.session.execute(select(User.id, User.name).where(User.id.in_(_ids(wanted, "user"))))
    found = {group_token(row.id): Principal(PrincipalKind.GROUP, row.name) for row in groups}
    found |= {user_token(row.id): Principal(PrincipalKind.USER, row.name) for row in users}
    if ANYONE in wanted:
        found[ANYONE] = Principal(PrincipalKind.ANONYMOUS, "Anonymous")
    order = list(PrincipalKind)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[1].kind), item[1].name.casefold())))


def resolve(kind: str, name: str) -> str:
    """The token of a group, a user or anonymous by name. Raises Invalid (field ``name``)."""
    name = name.strip()
    if kind == PrincipalKind.ANONYMOUS:
        return ANYONE
    if kind == PrincipalKind.GROUP:
        # Two groups never differ in case only, so that nobody need remember it.
        group_id = db.session.scalar(select(Group.id).where(func.lower(Group.name) == name.lower()))
        if group_id is None:
            raise Invalid({"name": f"There is no group called “{name}”."})
        return group_token(group_id)
    user = find_user(name)
    if user is None:
        raise Invalid({"name": f"There is no user called “{name}”."})
    return user_token(user.id)


def _ids(tokens: Iterable[str], kind: str) -> list[int]:
    numbers = [token.removeprefix(f"{kind}:") for token in tokens if token.startswith(f"{kind}:")]
    return [int(number) for number in numbers if number.isdecimal() and len(number) < 19]
