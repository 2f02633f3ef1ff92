"""Fills an empty instance with people, groups, spaces and pages, through the services that the forms use."""

from __future__ import annotations

import secrets

from demo.wiki_content.seeds import GROUPS, PEOPLE, SPACES, PageSeed, PersonSeed, SpaceSeed, pages
from wiki.accounts import service as accounts
from wiki.accounts.models import User
from wiki.accounts.queries import find_group, find_user
from wiki.accounts.service import NewUser
from wiki.accounts.sessions import actor_of
from wiki.accounts.setup import ensure_groups
from wiki.db import transaction
from wiki.pages import queries
from wiki.pages import service as page_service
from wiki.pages.models import Page
from wiki.pages.service import Draft
from wiki.permissions.actor import SYSTEM, Actor, group_token
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.spaces import service as spaces
from wiki.spaces.models import Space

ADMINISTRATOR = "admin"
EDITORS_MAY = SPACE_PERMISSIONS - {Permission.SPACE_ADMIN, Permission.SPACE_EXPORT, Permission.PAGE_RESTRICT}


def seed() -> str:
    """Make everything but the mail; gives the generated password of the user ``admin``."""
    password = secrets.token_urlsafe(12)
    with transaction():
        _, super_users = ensure_groups()
        accounts.create_user(
            SYSTEM, NewUser(ADMINISTRATOR, "Administrator", "admin@whimbrel.test", password, (super_users,))
        )
        for person in PEOPLE:
            _make_person(person)
        for group in GROUPS:
            made = accounts.create_group(SYSTEM, group.name)
            for member in group.members:
                accounts.add_to_group(SYSTEM, made, _user(member))
    for space in SPACES:
        with transaction():
            _make_space(space)
    for person in PEOPLE:
        with transaction():
            _make_personal_space(person)
    return password


def _make_person(person: PersonSeed) -> None:
    # Nobody signs in as them before the administrator gives them a password.
    accounts.create_user(SYSTEM, NewUser(person.username, person.full_name, person.email, secrets.token_urlsafe(24)))


def _make_space(seed: SpaceSeed) -> None:
    administrator = _actor(seed.administrator)
    space = spaces.create_space(
        administrator, key=seed.key, name=seed.name, description=seed.description, theme=seed.theme
    )
    editors = {}
    for name in seed.editors:
        group = find_group(name)
        if group is not None:
            editors[group_token(group.id)] = EDITORS_MAY
    spaces.set_permissions(administrator, space, editors)
    texts = {
        "navigation_text": seed.navigation_text,
        "header_text": seed.header_text,
        "footer_text": seed.footer_text,
    }
    if any(texts.values()):
        spaces.set_theme_settings(administrator, space, texts)
    _make_pages(space, pages(seed.key))


def _make_personal_space(person: PersonSeed) -> None:
    space = spaces.create_personal_space(_actor(person.username))
    _make_pages(space, [PageSeed(person.full_name, None, person.home, person.username)])


def _make_pages(space: Space, seeds: list[PageSeed]) -> None:
    made: dict[str, Page] = {}
    for seed in seeds:
        draft = Draft(seed.title, seed.source)
        home = queries.home_page(space.id) if seed.parent_title is None else None
        if home is not None:
            # The page that a new space begins with becomes the first page of ours.
            made[seed.title] = page_service.edit_page(_actor(seed.author), home, draft, seen_revision=home.revision)
        else:
            parent = made[seed.parent_title] if seed.parent_title else None
            made[seed.title] = page_service.create_page(_actor(seed.author), space, draft, parent)


def _actor(username: str) -> Actor:
    return actor_of(_user(username))


def _user(username: str) -> User:
    found = find_user(username)
    if found is None:
        raise LookupError(username)
    return found
