"""The people of the tests: Alice administers TEAM, Bob helps in it, Charlie has no business there, Root may do all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Flask
from flask.testing import FlaskClient

from wiki import clock
from wiki.accounts import sessions
from wiki.accounts.models import Group, User
from wiki.db import transaction
from wiki.permissions import service as permissions
from wiki.permissions.actor import SYSTEM, Actor, group_token, user_token
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.spaces.models import Space, SpaceKind

READER = frozenset({Permission.SPACE_VIEW})
EDITOR = frozenset(
    {
        Permission.SPACE_VIEW,
        Permission.PAGE_ADD,
        Permission.PAGE_DELETE,
        Permission.COMMENT_ADD,
        Permission.ATTACHMENT_ADD,
    }
)


@dataclass
class Person:
    """Somebody with a user, and a browser in which they are signed in."""

    user_id: int
    name: str
    actor: Actor
    client: FlaskClient


class Site:
    """Makes people and spaces, each only when a test asks for them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with transaction() as session:
            self._groups = {
                name: Group(name=name, created_at=clock.now())
                for name in (app.config["USERS_GROUP"], app.config["SUPER_GROUP"])
            }
            session.add_all(self._groups.values())
            session.flush()
            self.users_group_id = self._groups[app.config["USERS_GROUP"]].id
            permissions.grant_on_site(
                SYSTEM,
                group_token(self.users_group_id),
                frozenset({Permission.SITE_USE, Permission.SITE_PERSONAL_SPACE, Permission.SITE_CREATE_SPACE}),
            )

    def person(self, name: str, *, is_super: bool = False, in_users: bool = True) -> Person:
        """Add a user and sign them in with a browser of their own. Nobody knows their password."""
        with transaction() as session:
            user = User(
                name=name,
                full_name=name.title(),
                email=f"{name}@example.org",
                password_hash="!",
                created_at=clock.now(),
            )
            wanted = [self.app.config["USERS_GROUP"]] if in_users else []
            wanted += [self.app.config["SUPER_GROUP"]] if is_super else []
            user.groups = [session.merge(self._groups[group]) for group in wanted]
            session.add(user)
            session.flush()
            started = sessions.start(user)
            user_id, actor, token = user.id, started.actor, started.token
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return Person(user_id=user_id, name=name, actor=actor, client=client)

    def space(self, key: str = "TEAM", *, theme: str | None = None, owner: Person | None = None) -> int:
        """Add a space, a site space unless somebody owns it, and give its id."""
        with transaction() as session:
            space = Space(
                key=key,
                key_folded=key.casefold(),
                name=f"The {key} space",
                kind=SpaceKind.PERSONAL if owner else SpaceKind.SITE,
                owner_id=owner.user_id if owner else None,
                theme=theme,
                created_at=clock.now(),
            )
            session.add(space)
            session.flush()
            return space.id

    def allow(self, person: Person, space_id: int, wanted: frozenset[Permission]) -> None:
        """Give somebody exactly these rights in a space."""
        with transaction():
            permissions.grant_in_space(SYSTEM, space_id, user_token(person.user_id), wanted)

    @cached_property
    def team(self) -> int:
        """The space TEAM."""
        return self.space("TEAM")

    @cached_property
    def alice(self) -> Person:
        """The administrator of TEAM."""
        person = self.person("alice")
        self.allow(person, self.team, SPACE_PERMISSIONS)
        return person

    @cached_property
    def bob(self) -> Person:
        """An editor of TEAM."""
        person = self.person("bob")
        self.allow(person, self.team, EDITOR)
        return person

    @cached_property
    def charlie(self) -> Person:
        """A user of the wiki whom TEAM does not concern."""
        return self.person("charlie")

    @cached_property
    def root(self) -> Person:
        """A super user."""
        return self.person("root", is_super=True)
