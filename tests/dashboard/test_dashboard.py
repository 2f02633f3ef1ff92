"""The first page: to each what they may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.people import Person, Site
from wiki import clock
from wiki.db import transaction
from wiki.permissions import service as permissions
from wiki.permissions.actor import ANYONE, SYSTEM
from wiki.permissions.catalogue import Permission


def test_bob_sees_the_space_that_he_may_see_and_charlie_does_not(bob: Person, charlie: Person) -> None:
    assert "The TEAM space" in bob.client.get("/").text
    assert "TEAM" not in charlie.client.get("/").text


def test_guests_sign_in_first(site: Site, client: FlaskClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_guests_see_open_spaces_where_the_site_is_open(site: Site, client: FlaskClient) -> None:
    team = site.team
    with transaction():
        permissions.grant_on_site(SYSTEM, ANYONE, frozenset({Permission.SITE_USE}))
        permissions.grant_in_space(SYSTEM, team, ANYONE, frozenset({Permission.SPACE_VIEW}))

    assert "The TEAM space" in client.get("/").text


def test_a_newcomer_is_welcomed_for_a_week(charlie: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Welcome, Charlie" in charlie.client.get("/").text

    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert "Welcome" not in charlie.client.get("/").text


def test_somebody_without_a_group_is_told_what_to_do(site: Site) -> None:
    lost = site.person("lost", in_users=False)

    page = lost.client.get("/")

    assert page.status_code == 200
    assert "Ask an administrator" in page.text


def test_whoever_sees_no_space_may_make_one_or_ask(site: Site, charlie: Person) -> None:
    assert "/spaces/new" in charlie.client.get("/").text
    with transaction():
        permissions.grant_on_site(SYSTEM, f"group:{site.users_group_id}", frozenset({Permission.SITE_USE}))

    page = charlie.client.get("/").text

    assert "Ask one of them to let you in" in page
