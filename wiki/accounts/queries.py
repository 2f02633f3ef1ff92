"""Reading users and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from wiki.accounts.configured import super_group
from wiki.accounts.models import Group, User, group_members
from wiki.errors import NotFound
from wiki.extensions import db
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can

PEOPLE_ON_A_PAGE = 50
WORDS_OF_A_SEARCH = 8
LARGEST_ID = 2**31 - 1  # an address may hold any number; databases refuse larger ones with an error of their own


class UserState(StrEnum):
    """Which users a list holds."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ALL = "all"


@dataclass(frozen=True)
class UserList:
    """One page of a list of users, sorted by their full names; ``page`` counts from 1."""

    users: Sequence[User]
    total: int
    page: int

    @property
    def has_more(self) -> bool:
        """Whether there is a page after this one."""
        return self.page * PEOPLE_ON_A_PAGE < self.total


@dataclass(frozen=True)
class GroupInList:
    """A group with the number of its members."""

    id: int
    name: str
    member_count: int
    is_super: bool


def find_user(name: str) -> User | None:
    """The user of that sign-in name as somebody typed it, active or not."""
    return db.session.scalar(select(User).where(User.name == name.strip().casefold()))


def people(actor: Actor, search: str = "", page: int = 1) -> UserList:
    """The active users for the directory; nobody for those who may not use the wiki or have not signed in."""
    if actor.is_anonymous or not can(actor, Permission.SITE_USE):
        return UserList([], 0, 1)
    return _list([*_names_match(search), User.is_active.is_(True)], page)


def person(actor: Actor, name: str) -> User:
    """The user whose profile the actor asks for; a disabled one has a profile too. Raises NotFound."""
    found = find_user(name)
    if found is None or actor.is_anonymous or not (found.id == actor.id or can(actor, Permission.SITE_USE)):
        raise NotFound
    return found


def users(search: str = "", page: int = 1, state: UserState = UserState.ALL) -> UserList:
    """Users for the administration, found by the words of their names, or (with an ``@``) by their e-mail."""
    if "@" in search:
        wanted = [func.lower(User.email).contains(search.strip().lower(), autoescape=True)]
    else:
        wanted = _names_match(search)
    if state is not UserState.ALL:
        wanted.append(User.is_active.is_(state is UserState.ACTIVE))
    return _list(wanted, page)


def groups() -> list[GroupInList]:
    """All groups, by name, with the number of their members."""
    rows = db.session.execute(
        select(Group.id, Group.name, func.count(group_members.c.user_id).label("members"))
        .outerjoin(group_members)
        .group_by(Group.id, Group.name)
        .order_by(func.lower(Group.name))
    )
    return [GroupInList(row.id, row.name, row.members, row.name == super_group()) for row in rows]


def group(group_id: int) -> Group:
    """A group by its id. Raises NotFound."""
    found = db.session.get(Group, group_id) if group_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def find_group(name: str) -> Group | None:
    """The group of exactly that name."""
    return db.session.scalar(select(Group).where(Group.name == name))


def members(group_id: int) -> Sequence[User]:
    """The members of a group, by name, the disabled ones among them."""
    return db.session.scalars(
        select(User).join(group_members).where(group_members.c.group_id == group_id).order_by(User.folded)
    ).all()


def active_super_users() -> Sequence[int]:
    """The ids of those who may do all and can sign in."""
    return db.session.scalars(_super_users().where(User.is_active.is_(True))).all()


def is_anybody_super() -> bool:
    """Whether a super user exists, even a disabled one: the first set-up is over then."""
    return db.session.scalars(_super_users().limit(1)).first() is not None


def is_super(user: User) -> bool:
    """Whether the user is a member of the super-user group."""
    return any(group.name == super_group() for group in user.groups)


def _super_users() -> Select[int]:
    return select(User.id).join(User.groups).where(Group.name == super_group())


def _names_match(search: str) -> list[ColumnElement[bool]]:
    return [User.folded.contains(word, autoescape=True) for word in search.casefold().split()[:WORDS_OF_A_SEARCH]]


def _list(wanted: Sequence[ColumnElement[bool]], page: int) -> UserList:
    total = db.session.scalars(select(func.count()).select_from(User).where(*wanted)).one()
    page = max(1, min(page, -(-total // PEOPLE_ON_A_PAGE)))
    found = db.session.scalars(
        select(User)
        .where(*wanted)
        .options(selectinload(User.groups))
        .order_by(User.folded)
        .limit(PEOPLE_ON_A_PAGE)
        .offset((page - 1) * PEOPLE_ON_A_PAGE)
    ).all()
    return UserList(found, total, page)
