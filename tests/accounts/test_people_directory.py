"""The people directory and profiles: who sees whom, and what of them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Person, Site
from wiki.accounts import queries, service
from wiki.accounts.models import User
from wiki.db import transaction
from wiki.permissions import service as permissions
from wiki.permissions.actor import ANYONE, SYSTEM
from wiki.permissions.catalogue import Permission


def test_bob_finds_alice_by_a_part_of_her_name(alice: Person, bob: Person) -> None:
    page = bob.client.get("/people?q=lic").text

    assert "/people/alice" in page
    assert "/people/bob" not in page


def test_letters_beyond_ascii_are_found_in_any_case(site: Site, bob: Person) -> None:
    site.person("orjan")
    with transaction():
        _user("orjan").full_name = "Örjan Åström"

    assert "/people/orjan" in bob.client.get("/people?q=öRJAN åst").text


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", '"'])
def test_signs_of_the_database_find_nothing_by_themselves(alice: Person, bob: Person, search: str) -> None:
    page = bob.client.get("/people", query_string={"q": search}).text

    assert "Nobody of that name" in page


def test_disabled_people_are_not_listed_but_have_a_profile(site: Site, alice: Person, bob: Person) -> None:
    with transaction():
        service.disable_user(SYSTEM, _user("alice"))

    assert "/people/alice" not in bob.client.get("/people").text
    assert "disabled" in bob.client.get("/people/alice").text


def test_many_people_stand_on_several_pages(site: Site, bob: Person) -> None:
    for number in range(60):
        site.person(f"person{number:02}")

    first, second = bob.client.get("/people").text, bob.client.get("/people?page=2").text

    assert first.count('class="card-link"') == 50
    assert second.count('class="card-link"') == 11
    assert "person59" in second
    assert bob.client.get("/people?page=99999999999999999999").status_code == 200


def test_guests_are_asked_to_sign_in_even_where_they_may_read(site: Site, client: FlaskClient, bob: Person) -> None:
    with transaction():
        permissions.grant_on_site(SYSTEM, ANYONE, frozenset({Permission.SITE_USE}))

    for path in ("/people", "/people/bob"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in")


def test_somebody_who_may_not_use_the_wiki_sees_only_themself(site: Site, bob: Person) -> None:
    lost = site.person("lost", in_users=False)

    assert lost.client.get("/people").status_code == 403
    assert lost.client.get("/people/bob").status_code == 404
    assert lost.client.get("/people/lost").status_code == 200


def test_an_address_is_seen_by_its_owner_and_by_administrators_only(alice: Person, bob: Person, root: Person) -> None:
    assert "alice@example.org" in alice.client.get("/people/alice").text
    assert "alice@example.org" in root.client.get("/people/alice").text
    assert "alice@example.org" not in bob.client.get("/people/alice").text


def test_the_directory_is_no_oracle_for_addresses(alice: Person, bob: Person) -> None:
    assert "/people/alice" not in bob.client.get("/people?q=alice@example.org").text
    assert queries.people(bob.actor, "example.org").total == 0


def test_nobody_has_no_profile(bob: Person) -> None:
    assert bob.client.get("/people/nobody").status_code == 404


def _user(name: str) -> User:
    found = queries.find_user(name)
    assert found is not None
    return found
