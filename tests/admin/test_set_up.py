"""The first set-up: three screens, one person, and closed for ever afterwards."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import Site
from wiki import settings
from wiki.accounts import service, setup
from wiki.accounts.queries import find_group, find_user
from wiki.accounts.sessions import actor_of
from wiki.db import transaction
from wiki.errors import Conflict
from wiki.extensions import db
from wiki.permissions.actor import ANONYMOUS, SYSTEM
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.spaces.queries import by_key

DORA = {
    "name": "dora",
    "full_name": "Dora Dahl",
    "email": "",
    "password": "tea in the lower hall",
    "password_again": "tea in the lower hall",
}
SITE = {"name": "The hall", "sign_up": "open", "guests": "nobody", "theme": "documentation"}
SPACE = {"name": "The team", "key": "TEAM", "theme": "default"}


@pytest.fixture
def address(app: Flask) -> str:
    """The one-time address, as the terminal prints it."""
    with transaction():
        return f"/setup/{setup.begin()}"


@pytest.fixture
def dora(client: FlaskClient, address: str) -> FlaskClient:
    """Dora's browser after the first screen."""
    client.post(address, data=DORA)
    return client


def test_three_screens_lead_to_a_wiki_with_a_space(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200
    first = client.post(address, data=DORA)
    assert first.location == "/setup/site"
    second = client.post(first.location, data=SITE)
    assert second.location == "/setup/space"
    third = client.post(second.location, data=SPACE)
    assert third.location == "/spaces/TEAM"

    user, space = find_user("dora"), by_key("TEAM")
    assert user is not None
    assert space is not None
    assert actor_of(user).is_super
    assert (space.name, space.theme) == ("The team", "default")
    assert settings.get_str("site.name") == "The hall"
    assert settings.get_bool("accounts.sign_up_open")
    assert settings.get_str("site.theme") == "documentation"
    assert find_group("confluence-users") is not None


def test_set_up_is_closed_for_ever_when_it_is_done(dora: FlaskClient, address: str) -> None:
    dora.post("/setup/site", data=SITE)
    dora.post("/setup/space", data=SPACE)

    for path in (address, "/setup/site", "/setup/space", "/setup/x"):
        for stranger in (dora, dora.application.test_client()):
            assert stranger.get(path).status_code == 404
            assert stranger.post(path, data={**DORA, **SITE, **SPACE, "name": "mallory"}).status_code == 404
    assert find_user("mallory") is None
    with transaction(), pytest.raises(Conflict):
        setup.begin()


def test_a_wrong_token_opens_nothing(client: FlaskClient, address: str) -> None:
    for token in ("x", address.rpartition("/")[2][:-1], address.rpartition("/")[2].swapcase(), "%00", "ä"):
        assert client.get(f"/setup/{token}").status_code == 404
        assert client.post(f"/setup/{token}", data=DORA).status_code == 404
    assert find_user("dora") is None


def test_the_token_is_not_in_the_database(app: Flask, address: str) -> None:
    token = address.rpartition("/")[2]

    assert token.encode() not in (app.config["DATA"] / "postroom.sqlite").read_bytes()


def test_a_newer_address_replaces_the_older(client: FlaskClient, address: str) -> None:
    with transaction():
        newer = f"/setup/{setup.begin()}"

    assert client.get(address).status_code == 404
    assert client.get(newer).status_code == 200


def test_the_address_is_used_up_by_the_first_screen(dora: FlaskClient, address: str) -> None:
    stranger = dora.application.test_client()

    assert stranger.get(address).status_code == 404
    assert stranger.post(address, data={**DORA, "name": "mallory"}).status_code == 404
    assert find_user("mallory") is None
    with transaction(), pytest.raises(Conflict):
        setup.begin()


def test_the_other_screens_are_for_the_new_administrator_alone(dora: FlaskClient) -> None:
    with transaction():
        service.create_user(SYSTEM, service.NewUser("mallory", "Mallory", "", "tea in the lower hall"))
    mallory = dora.application.test_client()
    mallory.post("/sign-in", data={"name": "mallory", "password": "tea in the lower hall"})

    for path in ("/setup/site", "/setup/space"):
        assert mallory.get(path).status_code == 404
        assert mallory.post(path, data={**SITE, **SPACE}).status_code == 404
        assert dora.application.test_client().post(path, data={**SITE, **SPACE}).status_code == 404
    assert settings.get_str("site.name") == "Postroom"


def test_an_interrupted_set_up_goes_on_after_signing_in_again(dora: FlaskClient) -> None:
    other = dora.application.test_client()
    other.post("/sign-in", data={"name": "dora", "password": DORA["password"]})

    assert "/setup/site" in other.get("/").text
    assert other.get("/setup/site").status_code == 200
    other.post("/setup/site", data=SITE)
    assert "/setup/space" in dora.get("/").text
    assert dora.get("/setup/site").location == "/setup/space"


def test_no_screen_can_be_left_out(dora: FlaskClient) -> None:
    assert dora.get("/setup/space").location == "/setup/site"
    assert dora.post("/setup/space", data=SPACE).location == "/setup/site"
    assert by_key("TEAM") is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Dora Dahl"}, "lower case letters"),
        ({"password": "short", "password_again": "short"}, "at least 10 characters"),
        ({"password_again": "another one"}, "The two passwords differ"),
    ],
)
def test_a_refused_first_screen_saves_nothing_and_can_be_sent_again(
    client: FlaskClient, address: str, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.post(address, data={**DORA, **wrong})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert find_group("confluence-administrators") is None
    assert client.post(address, data=DORA).status_code == 303


def test_a_refused_key_can_be_mended(dora: FlaskClient) -> None:
    dora.post("/setup/site", data=SITE)

    answer = dora.post("/setup/space", data={**SPACE, "key": "not a key"})

    assert answer.status_code == 422
    assert "letters A to Z and digits" in answer.text
    assert dora.post("/setup/space", data=SPACE).status_code == 303


@pytest.mark.parametrize(("guests", "may_read"), [("nobody", False), ("anybody", True)])
def test_guests_read_the_first_space_if_they_may(dora: FlaskClient, guests: str, may_read: bool) -> None:
    dora.post("/setup/site", data={**SITE, "guests": guests})
    dora.post("/setup/space", data=SPACE)

    space = by_key("TEAM")
    assert space is not None
    assert can(ANONYMOUS, Permission.SPACE_VIEW, space.id) is may_read
    assert not can(ANONYMOUS, Permission.PAGE_ADD, space.id)


def test_no_set_up_begins_where_a_super_user_is(site: Site, client: FlaskClient) -> None:
    with transaction():
        token = setup.begin()
    site.person("root", is_super=True)

    assert client.get(f"/setup/{token}").status_code == 404
    assert client.post(f"/setup/{token}", data=DORA).status_code == 404
    with transaction(), pytest.raises(Conflict):
        setup.begin()


def test_disabling_the_super_user_does_not_open_it_again(site: Site, client: FlaskClient) -> None:
    site.person("root", is_super=True)
    with transaction():
        root = find_user("root")
        assert root is not None
        root.is_active = False

    with transaction(), pytest.raises(Conflict):
        setup.begin()


def test_a_site_that_waits_for_its_set_up_says_where_the_address_is(client: FlaskClient, address: str) -> None:
    assert "in the terminal" in client.get("/sign-in").text
    client.post(address, data=DORA)
    db.session.rollback()

    assert "in the terminal" not in client.application.test_client().get("/sign-in").text
