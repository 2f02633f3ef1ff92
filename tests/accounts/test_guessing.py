"""Guessing passwords: it soon stops, for a name and for an address, and stops nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.accounts.helpers import PASSWORD, join, try_to_sign_in
from tests.people import Site
from wiki import clock
from wiki.accounts.models import SignInFailure
from wiki.extensions import db

REFUSAL = "Too many tries have failed"


def test_the_sixth_wrong_password_for_a_name_is_refused_and_so_is_the_right_one(
    site: Site, client: FlaskClient
) -> None:
    join("dora")

    answers = [try_to_sign_in(client, "dora", f"guess {number}") for number in range(6)]
    right = try_to_sign_in(client, "dora", PASSWORD)

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert REFUSAL in answers[-1].text
    assert right.status_code == 429


def test_an_unknown_name_is_refused_after_as_many_tries(site: Site, client: FlaskClient) -> None:
    answers = [try_to_sign_in(client, "nobody", f"guess {number}") for number in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_capitals_in_the_name_are_no_way_round(site: Site, client: FlaskClient) -> None:
    names = ["dora", "Dora", "DORA", " dora", "dORA", "doRa"]

    assert [try_to_sign_in(client, name, "guess").status_code for name in names][-1] == 429


def test_the_twentieth_failure_from_an_address_is_refused(site: Site, client: FlaskClient) -> None:
    join("dora")
    answers = [try_to_sign_in(client, f"name{number}", "guess").status_code for number in range(20)]

    assert answers == [422] * 19 + [429]
    assert try_to_sign_in(client, "dora", PASSWORD).status_code == 429
    elsewhere = _from("192.0.2.7", client, "dora", PASSWORD)
    assert elsewhere.status_code == 303


def test_addresses_of_one_ipv6_customer_count_as_one(site: Site, client: FlaskClient) -> None:
    answers = [_from(f"2001:db8::{number:x}", client, f"name{number}", "guess").status_code for number in range(20)]

    assert answers[-1] == 429
    assert _from("2001:db8:0:1::1", client, "name", "guess").status_code == 422


def test_after_a_quarter_of_an_hour_one_may_try_again(
    site: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    join("dora")
    for number in range(6):
        try_to_sign_in(client, "dora", f"guess {number}")

    later = clock.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert try_to_sign_in(client, "dora", PASSWORD).status_code == 303


def test_signing_in_forgets_the_failures_before_it(site: Site, client: FlaskClient) -> None:
    join("dora")
    for number in range(4):
        try_to_sign_in(client, "dora", f"guess {number}")

    try_to_sign_in(client, "dora", PASSWORD)

    assert [try_to_sign_in(client, "dora", f"guess {number}").status_code for number in range(5)] == [422] * 5


def test_signing_in_does_not_forget_the_guesses_of_others(site: Site, client: FlaskClient) -> None:
    join("dora")
    for number in range(4):
        _from("192.0.2.7", client, "dora", f"guess {number}")

    try_to_sign_in(client, "dora", PASSWORD)

    assert _from("192.0.2.7", client, "dora", "guess").status_code == 422
    assert _from("192.0.2.7", client, "dora", "guess").status_code == 429


def test_refused_tries_lock_nobody_out_for_longer(site: Site, client: FlaskClient) -> None:
    for number in range(9):
        try_to_sign_in(client, "dora", f"guess {number}")

    assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 5


def test_what_was_typed_as_the_name_is_not_kept(site: Site, client: FlaskClient) -> None:
    try_to_sign_in(client, "my password by mistake", "x")

    assert "mistake" not in "".join(db.session.scalars(select(SignInFailure.name)))


def _from(address: str, client: FlaskClient, name: str, password: str) -> TestResponse:
    return client.post(
        "/sign-in", data={"name": name, "password": password}, environ_overrides={"REMOTE_ADDR": address}
    )
