"""Two themes, one house: each visible entry is drawn once, both lead to the same places, and none leads to a no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from tests.people import EDITOR, READER, Site
from wiki import settings
from wiki.db import transaction
from wiki.permissions.actor import ANONYMOUS, ANYONE, SYSTEM, Actor
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.permissions.service import grant_in_space, grant_on_site
from wiki.spaces.models import Space
from wiki.web.navigation import NavItem, SpaceInView, all_items, is_visible

THEMES = ("default", "documentation")
ROLES = ("anonymous", "reader", "editor", "space administrator", "super user")
KINDS = ("site", "personal")
SCREENS = ("spaces.home", "pages.index", "mail.archive")
ADMIN_SCREENS = ("spaces.details", "mail.accounts")


@dataclass
class Visitor:
    """Somebody who comes to a space, and the browser they come with."""

    actor: Actor
    client: FlaskClient


@dataclass
class Scene:
    """One combination of the matrix."""

    app: Flask
    visitor: Visitor
    space: SpaceInView

    def items(self) -> Iterator[tuple[NavItem, bool]]:
        """Every entry of the tree, and whether this visitor is offered it here."""
        with self.app.test_request_context():
            for item in all_items():
                yield item, is_visible(item, self.visitor.actor, self.space)

    def url(self, endpoint: str) -> str:
        """The address of an endpoint, in the space if it has one."""
        with self.app.test_request_context():
            if self.app.url_map.is_endpoint_expecting(endpoint, "key"):
                return url_for(endpoint, key=self.space.key)
            return url_for(endpoint)

    def drawn(self, endpoint: str) -> Counter[tuple[str, str]]:
        """The entries that a screen draws, as (id, address)."""
        answer = self.visitor.client.get(self.url(endpoint), follow_redirects=True)
        assert answer.status_code == 200, endpoint
        tree = LexborHTMLParser(answer.get_data(as_text=True))
        return Counter(
            (str(node.attributes["data-nav"]), str(node.attributes["href"])) for node in tree.css("[data-nav]")
        )


def set_the_scene(app: Flask, site: Site, theme: str, role: str, kind: str, *, mail_on: bool) -> Scene:
    owner = site.person("olivia") if kind == "personal" else None
    space_id = site.space("~olivia" if owner else "TEAM2", theme=theme, owner=owner)
    visitor = _visitor(app, site, role, space_id)
    with transaction() as session:
        settings.put("mail.enabled", mail_on)
        grant_on_site(SYSTEM, ANYONE, frozenset({Permission.SITE_USE}))
        grant_in_space(SYSTEM, space_id, ANYONE, READER)
        space = session.get_one(Space, space_id)
        in_view = SpaceInView(space.id, space.key, space.kind)
    return Scene(app, visitor, in_view)


def _visitor(app: Flask, site: Site, role: str, space_id: int) -> Visitor:
    if role == "anonymous":
        return Visitor(ANONYMOUS, app.test_client())
    person = site.person("visitor", is_super=role == "super user")
    rights = {"reader": READER, "editor": EDITOR, "space administrator": SPACE_PERMISSIONS}
    if role in rights:
        site.allow(person, space_id, rights[role])
    return Visitor(person.actor, person.client)


MATRIX = list(product(ROLES, KINDS, (True, False)))
named = pytest.mark.parametrize(
    ("role", "kind", "mail_on"),
    MATRIX,
    ids=[f"{role}-{kind}-mail {'on' if on else 'off'}" for role, kind, on in MATRIX],
)


def screens(scene: Scene) -> list[str]:
    """The screens that this visitor can look at here."""
    wanted = [*SCREENS, *ADMIN_SCREENS]
    may = {item.endpoint for item, visible in scene.items() if visible} | {"spaces.home"}
    return [endpoint for endpoint in wanted if endpoint in may]


@pytest.mark.parametrize("theme", THEMES)
@named
def test_each_visible_entry_is_drawn_exactly_once(
    app: Flask, site: Site, theme: str, role: str, kind: str, mail_on: bool
) -> None:
    scene = set_the_scene(app, site, theme, role, kind, mail_on=mail_on)
    wanted = {
        item.id: 1 for item, visible in scene.items() if visible and item.menu in {"site", "space", "create", "user"}
    }
    for endpoint in screens(scene):
        drawn = Counter(item_id for item_id, _ in scene.drawn(endpoint).elements())
        assert drawn == wanted, endpoint


@named
def test_both_themes_lead_to_the_same_places(app: Flask, site: Site, role: str, kind: str, mail_on: bool) -> None:
    scene = set_the_scene(app, site, "default", role, kind, mail_on=mail_on)
    places = {}
    for theme in THEMES:
        with transaction() as session:
            session.get_one(Space, scene.space.id).theme = theme
        places[theme] = {endpoint: set(scene.drawn(endpoint)) for endpoint in screens(scene)}
    assert places["default"] == places["documentation"]


@named
def test_no_entry_leads_to_a_refusal_and_hidden_ones_are_refused(
    app: Flask, site: Site, role: str, kind: str, mail_on: bool
) -> None:
    scene = set_the_scene(app, site, "default", role, kind, mail_on=mail_on)
    for item, visible in scene.items():
        answer = scene.visitor.client.get(scene.url(item.endpoint))
        if visible:
            assert answer.status_code in {200, 301, 302, 303, 308}, item.id
            assert "/sign-in" not in answer.headers.get("Location", ""), item.id
        elif role == "anonymous":
            assert answer.status_code == 404 or "/sign-in" in answer.headers["Location"], item.id
        else:
            assert answer.status_code in {403, 404, 302, 303}, item.id
