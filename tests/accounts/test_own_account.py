"""What people do with their own accounts: profile and password."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.accounts.helpers import PASSWORD, join, try_to_sign_in
from tests.people import Site
from wiki.accounts.queries import find_user
from wiki.extensions import db

NEW = "a much better password"


@pytest.fixture
def dora(site: Site, client: FlaskClient) -> FlaskClient:
    """Dora's browser."""
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD)
    return client


def test_dora_changes_what_she_is_called(dora: FlaskClient) -> None:
    answer = dora.post("/profile/edit", data={"full_name": "Dora Ärlig", "email": "new@example.org"})

    assert answer.status_code == 303
    page = dora.get("/profile").text
    assert "Dora Ärlig" in page
    assert "new@example.org" in page


def test_dora_cannot_change_her_user_name(dora: FlaskClient) -> None:
    dora.post("/profile/edit", data={"full_name": "Dora", "email": "", "name": "root", "is_active": ""})

    assert find_user("root") is None
    assert find_user("dora") is not None


def test_an_empty_full_name_is_refused(dora: FlaskClient) -> None:
    answer = dora.post("/profile/edit", data={"full_name": " ", "email": ""})

    assert answer.status_code == 422
    assert "Give the name that other people know" in answer.text


def test_dora_changes_her_password(site: Site, dora: FlaskClient) -> None:
    answer = dora.post("/profile/password", data={"old": PASSWORD, "password": NEW, "password_again": NEW})

    assert answer.status_code == 303
    assert dora.get("/profile").status_code == 200
    elsewhere = site.app.test_client()
    assert try_to_sign_in(elsewhere, "dora", PASSWORD).status_code == 422
    assert try_to_sign_in(elsewhere, "dora", NEW).status_code == 303


def test_changing_the_password_ends_the_sessions_in_other_browsers(site: Site, dora: FlaskClient) -> None:
    other = site.app.test_client()
    try_to_sign_in(other, "dora", PASSWORD)

    dora.post("/profile/password", data={"old": PASSWORD, "password": NEW, "password_again": NEW})

    assert other.get("/profile").status_code == 303


def test_without_the_old_password_nothing_changes(site: Site, dora: FlaskClient) -> None:
    answer = dora.post("/profile/password", data={"old": "guessed", "password": NEW, "password_again": NEW})

    assert answer.status_code == 422
    assert "not your present password" in answer.text
    assert try_to_sign_in(site.app.test_client(), "dora", PASSWORD).status_code == 303


def test_whoever_finds_an_open_browser_cannot_guess_the_old_password_for_long(dora: FlaskClient) -> None:
    answers = [
        dora.post("/profile/password", data={"old": f"guess {number}", "password": NEW, "password_again": NEW})
        for number in range(6)
    ]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_a_new_password_that_is_too_short_is_refused_and_the_old_one_stays(site: Site, dora: FlaskClient) -> None:
    answer = dora.post("/profile/password", data={"old": PASSWORD, "password": "short", "password_again": "short"})

    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text
    assert dora.get("/profile").status_code == 200
    db.session.rollback()
    assert try_to_sign_in(site.app.test_client(), "dora", PASSWORD).status_code == 303
