"""The administration is for administrators: every screen of it, and every change."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import Person, Site

SCREENS = [
    "/admin",
    "/admin/general",
    "/admin/permissions",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/named/bob",
    "/admin/groups",
    "/admin/groups/1",
    "/admin/add-ons",
    "/admin/jobs",
    "/admin/audit-log",
]


def _changes(app: Flask) -> list[str]:
    """The address of every POST of the administration."""
    adapter = app.url_map.bind("localhost")
    values = {"name": "bob", "group_id": 1}
    return [
        adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method="POST")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_administrators_and_super_users_see_it(adam: Person, root: Person, bob: Person, screen: str) -> None:
    assert adam.client.get(screen).status_code == 200
    assert root.client.get(screen).status_code == 200


@pytest.mark.parametrize("screen", SCREENS)
def test_others_do_not(client: FlaskClient, bob: Person, screen: str) -> None:
    assert bob.client.get(screen).status_code == 403
    assert client.get(screen).location.startswith("/sign-in")


def test_others_change_nothing(site: Site, client: FlaskClient, bob: Person) -> None:
    changes = _changes(site.app)

    assert len(changes) >= 15
    for address in changes:
        assert bob.client.post(address).status_code == 403, address
        assert client.post(address).status_code == 403, address


def test_the_menu_leads_an_administrator_to_every_screen(adam: Person, bob: Person) -> None:
    page = adam.client.get("/admin").text

    for screen in ("general", "permissions", "users", "groups", "add-ons", "jobs", "audit-log"):
        assert f'href="/admin/{screen}"' in page
    assert "/admin" not in bob.client.get("/profile").text


@pytest.mark.parametrize(
    "address",
    [
        "/admin/users/named/nobody",
        "/admin/groups/999",
        "/admin/groups/99999999999999999999999",
        "/admin/jobs/nothing",
    ],
)
def test_what_does_not_exist_is_not_there(adam: Person, address: str) -> None:
    assert adam.client.get(address).status_code == 404
