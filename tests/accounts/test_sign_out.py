"""Going out: no copy of a cookie opens anything afterwards."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.helpers import PASSWORD, join, try_to_sign_in
from tests.conftest import settings_for
from tests.people import Person, Site
from wiki.accounts import service
from wiki.accounts.queries import find_group, find_user
from wiki.app import create_app
from wiki.db import transaction
from wiki.permissions.actor import SYSTEM


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}])
def test_a_copied_cookie_opens_nothing_after_signing_out(
    site: Site, client: FlaskClient, remember: dict[str, str]
) -> None:
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD, **remember)
    thief = _copy(site.app, client)
    assert thief.get("/profile").status_code == 200

    answer = client.post("/sign-out")

    assert answer.status_code == 303
    assert _is_a_stranger(client)
    assert _is_a_stranger(thief)


def test_a_copied_cookie_opens_nothing_after_the_password_was_changed(site: Site, client: FlaskClient) -> None:
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD)
    thief = _copy(site.app, client)

    client.post(
        "/profile/password",
        data={"old": PASSWORD, "password": "a better one", "password_again": "a better one"},
    )

    assert _is_a_stranger(thief)
    assert not _is_a_stranger(client)


def test_a_copied_cookie_opens_nothing_after_an_administrator_set_a_password(
    site: Site, client: FlaskClient, root: Person
) -> None:
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD)

    root.client.post("/admin/users/named/dora/password", data={"password": "set by root himself"})

    assert _is_a_stranger(client)


def test_a_cookie_opens_nothing_while_its_user_is_disabled_nor_afterwards(site: Site, client: FlaskClient) -> None:
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD)
    dora = find_user("dora")
    assert dora is not None

    with transaction():
        service.disable_user(SYSTEM, dora)
    assert _is_a_stranger(client)
    with transaction():
        service.enable_user(SYSTEM, dora)
    assert _is_a_stranger(client)


def test_rights_that_were_taken_are_gone_from_running_sessions(site: Site, root: Person) -> None:
    eve = site.person("eve", is_super=True)
    assert eve.client.get("/admin").status_code == 200
    user, group = find_user("eve"), find_group(site.app.config["SUPER_GROUP"])
    assert user is not None
    assert group is not None

    with transaction():
        service.remove_from_group(SYSTEM, group, user)

    assert eve.client.get("/admin").status_code == 403


def test_signing_out_takes_a_post(site: Site, root: Person) -> None:
    assert root.client.get("/sign-out").status_code == 405
    assert not _is_a_stranger(root.client)


def test_a_stranger_may_sign_out_too(site: Site, client: FlaskClient) -> None:
    assert client.post("/sign-out").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-up", "/profile/password", "/admin/users/new"])
def test_a_form_without_its_token_is_refused(site: Site, root: Person, path: str) -> None:
    guarded = create_app({**settings_for(site.app.config["DATA"]), "WTF_CSRF_ENABLED": True})
    with root.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    client = guarded.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token

    assert client.post(path, data={"name": "dora"}).status_code == 400
    assert not _is_a_stranger(client)


def _copy(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    stolen = client.get_cookie("postroom")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("postroom", stolen.value)
    return thief


def _is_a_stranger(client: FlaskClient) -> bool:
    answer = client.get("/profile")
    return answer.status_code == 303 and answer.location.startswith("/sign-in")
