"""Making an account for oneself."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Site
from wiki import settings
from wiki.accounts.queries import find_user
from wiki.db import transaction

DORA = {
    "name": "dora",
    "full_name": "Dora Dahl",
    "email": "dora@example.org",
    "password": "tea in the lower hall",
    "password_again": "tea in the lower hall",
}


@pytest.fixture
def open_site(site: Site) -> Site:
    with transaction():
        settings.put("accounts.sign_up_open", True)
    return site


def test_while_sign_up_is_closed_there_is_no_such_page(site: Site, client: FlaskClient) -> None:
    assert client.get("/sign-up").status_code == 404
    assert client.post("/sign-up", data=DORA).status_code == 404
    assert find_user("dora") is None


def test_dora_makes_an_account_and_is_signed_in(open_site: Site, client: FlaskClient) -> None:
    answer = client.post("/sign-up", data=DORA)

    assert answer.status_code == 303
    assert "Dora Dahl" in client.get("/profile").text
    dora = find_user("dora")
    assert dora is not None
    assert [group.name for group in dora.groups] == [open_site.app.config["USERS_GROUP"]]


@pytest.mark.parametrize(
    "smuggled",
    [
        {"is_admin": "1"},
        {"is_super": "1", "is_active": "1"},
        {"groups": "1"},
        {"groups": "confluence-administrators"},
        {"group": "confluence-administrators", "group_ids": "2"},
        {"id": "1", "owner_id": "1", "space_id": "1"},
    ],
)
def test_nobody_becomes_more_than_a_user_by_fields_that_the_form_does_not_have(
    open_site: Site, client: FlaskClient, smuggled: dict[str, str]
) -> None:
    client.post("/sign-up", data={**DORA, **smuggled})

    dora = find_user("dora")
    assert dora is not None
    assert [group.name for group in dora.groups] == [open_site.app.config["USERS_GROUP"]]
    assert client.get("/admin").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "d", "2 to 50 characters"),
        ("name", "Dora", "lower case letters"),
        ("name", "dora dahl", "lower case letters"),
        ("name", "../dora", "beginning with a letter or digit"),
        ("name", "d" * 51, "2 to 50 characters"),
        ("name", "dörte", "lower case letters"),
        ("name", "", "Choose a user name"),
        ("name", "taken", "Somebody has this user name already"),
        ("full_name", "  ", "name that other people know"),
        ("full_name", "Dora\x1b[31m", "cannot be shown"),
        ("email", "dora at example", "not an e-mail address"),
        ("password_again", "something else", "The two passwords differ"),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(
    open_site: Site, client: FlaskClient, field: str, value: str, sentence: str
) -> None:
    open_site.person("taken")

    answer = client.post("/sign-up", data={**DORA, field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert find_user("dora") is None


def test_a_password_of_nine_characters_is_too_short(open_site: Site, client: FlaskClient) -> None:
    answer = client.post("/sign-up", data={**DORA, "password": "nine char", "password_again": "nine char"})

    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text
    assert find_user("dora") is None


def test_the_password_must_not_be_the_name(open_site: Site, client: FlaskClient) -> None:
    name = "dora.dahl.from.the.hall"

    answer = client.post("/sign-up", data={**DORA, "name": name, "password": name, "password_again": name})

    assert answer.status_code == 422
    assert "must not be the user name" in answer.text


@pytest.mark.parametrize("password", ["🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆", "          x", "x" * 1000, "ümläüts säy höw"])
def test_any_characters_make_a_password(open_site: Site, client: FlaskClient, password: str) -> None:
    client.post("/sign-up", data={**DORA, "password": password, "password_again": password})
    client.post("/sign-out")

    answer = client.post("/sign-in", data={"name": "dora", "password": password})

    assert answer.status_code == 303


@pytest.mark.parametrize("hostile", ['"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "</title><script>"])
def test_a_hostile_name_is_shown_as_it_was_typed_and_does_nothing(
    open_site: Site, client: FlaskClient, hostile: str
) -> None:
    client.post("/sign-up", data={**DORA, "full_name": hostile})

    for path in ("/profile", "/people", "/people/dora", "/", "/profile/edit"):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert "</title><script>" not in page
        assert ">49<" not in page
