"""Signing in: who gets in, what the others are told, and what a browser carries away."""

from __future__ import annotations

import re
import statistics
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.helpers import PASSWORD, join, try_to_sign_in
from tests.people import Site
from wiki.accounts import passwords, service
from wiki.accounts.models import SignInSession, User
from wiki.accounts.queries import find_user
from wiki.audit.models import Event
from wiki.db import transaction
from wiki.extensions import db
from wiki.permissions.actor import SYSTEM

OTHER_SITES = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\tevil.example",
    "/\n/evil.example",
    " //evil.example",
]


def test_dora_signs_in_with_her_password(site: Site, client: FlaskClient) -> None:
    join("dora")

    answer = try_to_sign_in(client, "dora", PASSWORD)

    assert answer.status_code == 303
    assert answer.location == "/"
    assert "dora" in client.get("/profile").text


def test_a_name_may_be_typed_in_capitals(site: Site, client: FlaskClient) -> None:
    join("dora")

    assert try_to_sign_in(client, " Dora ", PASSWORD).status_code == 303


def test_somebody_who_was_going_somewhere_gets_there(site: Site, client: FlaskClient) -> None:
    join("dora")
    asked_for = client.get("/people?q=d")

    answer = client.post(asked_for.location, data={"name": "dora", "password": PASSWORD})

    assert answer.location == "/people?q=d"


@pytest.mark.parametrize("elsewhere", OTHER_SITES)
def test_nobody_is_led_to_another_site(site: Site, client: FlaskClient, elsewhere: str) -> None:
    join("dora")

    answer = client.post("/sign-in", query_string={"next": elsewhere}, data={"name": "dora", "password": PASSWORD})

    assert answer.status_code == 303
    assert answer.location == "/"


def test_unknown_names_wrong_passwords_and_disabled_users_get_the_same_answer(site: Site, client: FlaskClient) -> None:
    join("dora")
    join("eric")
    with transaction():
        service.disable_user(SYSTEM, _user("eric"))

    answers = [
        try_to_sign_in(client, "dora", "not the password"),
        try_to_sign_in(client, "nobody", "not the password"),
        try_to_sign_in(client, "eric", PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    pages = {_comparable(answer) for answer in answers}
    assert len(pages) == 1
    assert "No account opens with this name and password" in pages.pop()


def test_an_unknown_name_takes_as_long_as_a_wrong_password(site: Site) -> None:
    stored = join("dora").password_hash
    known, unknown = [], []
    for _ in range(100):
        started = time.perf_counter()
        passwords.matches("not the password", stored)
        between = time.perf_counter()
        passwords.matches("not the password", None)
        known.append(between - started)
        unknown.append(time.perf_counter() - between)

    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.01


def test_what_stood_in_the_cookie_before_is_gone_after_signing_in(site: Site, client: FlaskClient) -> None:
    join("dora")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"

    try_to_sign_in(client, "dora", PASSWORD)

    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_the_cookie_is_kept_after_closing_the_browser_only_when_asked_for(site: Site, client: FlaskClient) -> None:
    join("dora")

    forgetting = try_to_sign_in(client, "dora", PASSWORD)
    keeping = try_to_sign_in(client, "dora", PASSWORD, remember="y")

    assert "Expires" not in forgetting.headers["Set-Cookie"]
    assert "Expires" in keeping.headers["Set-Cookie"]
    assert all(word in keeping.headers["Set-Cookie"] for word in ("HttpOnly", "SameSite=Lax"))


def test_the_database_holds_no_token_that_opens_anything(site: Site, client: FlaskClient) -> None:
    join("dora")
    try_to_sign_in(client, "dora", PASSWORD)

    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert token not in db.session.scalars(select(SignInSession.token_hash)).all()


def test_signing_in_is_on_record_and_so_are_failures_without_what_was_typed(site: Site, client: FlaskClient) -> None:
    user_id = join("dora").id

    try_to_sign_in(client, "dora", "not the password")
    try_to_sign_in(client, "my secret password by mistake", "x")
    try_to_sign_in(client, "dora", PASSWORD)

    events = db.session.scalars(select(Event).where(Event.tag.like("user:sign%")).order_by(Event.id)).all()
    assert [(event.tag, event.subject) for event in events] == [
        ("user:sign-in-failed", f"user:{user_id}"),
        ("user:sign-in-failed", "user:unknown"),
        ("user:signed-in", f"user:{user_id}"),
    ]


def test_a_password_is_hashed_anew_when_the_parameters_have_changed(site: Site, client: FlaskClient) -> None:
    before = join("dora").password_hash
    site.app.config["ARGON2_TIME_COST"] = 2

    try_to_sign_in(client, "dora", PASSWORD)

    db.session.expire_all()
    after = _user("dora").password_hash
    assert (before.split("$")[3], after.split("$")[3]) == ("m=64,t=1,p=4", "m=64,t=2,p=4")
    assert try_to_sign_in(site.app.test_client(), "dora", PASSWORD).status_code == 303


def test_composed_and_decomposed_letters_are_the_same_password(site: Site, client: FlaskClient) -> None:
    join("dora", password="Zoë likes tea")

    assert try_to_sign_in(client, "dora", "Zoe\u0308 likes tea").status_code == 303


def _user(name: str) -> User:
    found = find_user(name)
    assert found is not None
    return found


def _comparable(answer: TestResponse) -> str:
    """The page, but for what differs from one request to the next."""
    return re.sub(r'value="(dora|nobody|eric)"|name="csrf_token" value="[^"]*"', "", answer.text)
