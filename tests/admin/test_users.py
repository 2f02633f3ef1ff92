"""Looking after users."""

from __future__ import annotations

import pytest

from tests.accounts.helpers import try_to_sign_in
from tests.people import Person, Site
from wiki.accounts.models import User
from wiki.accounts.queries import find_group, find_user
from wiki.extensions import db

DORA = {"name": "dora", "full_name": "Dora Dahl", "email": "dora@example.org", "password": "tea in the lower hall"}


def test_adam_makes_an_account_that_opens(site: Site, adam: Person) -> None:
    answer = adam.client.post("/admin/users/new", data=DORA)

    assert answer.location == "/admin/users/named/dora"
    assert try_to_sign_in(site.app.test_client(), "dora", DORA["password"]).status_code == 303


def test_what_cannot_be_taken_is_told_and_no_account_is_made(adam: Person) -> None:
    answer = adam.client.post("/admin/users/new", data={**DORA, "name": "Dora!"})

    assert answer.status_code == 422
    assert "lower case letters" in answer.text
    assert find_user("dora") is None


def test_users_are_found_by_name_address_and_state(adam: Person, bob: Person, alice: Person) -> None:
    adam.client.post("/admin/users/named/alice/disable")

    assert _found(adam, "q=bo") == {"bob"}
    assert _found(adam, "q=alice@exa") == {"alice"}
    assert _found(adam, "state=disabled") == {"alice"}
    assert _found(adam, "state=active") == {"adam", "bob"}
    assert _found(adam, "state=nonsense") == {"adam", "alice", "bob"}
    assert "Nobody is found" in adam.client.get("/admin/users?q=xyz").text


def test_a_disabled_user_stays_out_until_enabled(adam: Person, bob: Person) -> None:
    adam.client.post("/admin/users/named/bob/disable")
    assert bob.client.get("/profile").status_code == 303
    assert "disabled" in adam.client.get("/admin/users/named/bob").text

    adam.client.post("/admin/users/named/bob/enable")

    assert "Disable" in adam.client.get("/admin/users/named/bob").text
    assert _user("bob").is_active


def test_adam_sets_a_new_password_for_bob(site: Site, adam: Person, bob: Person) -> None:
    answer = adam.client.post("/admin/users/named/bob/password", data={"password": "set by adam for bob"})

    assert answer.status_code == 303
    assert bob.client.get("/profile").status_code == 303
    assert try_to_sign_in(site.app.test_client(), "bob", "set by adam for bob").status_code == 303


def test_a_password_that_is_too_short_is_refused_at_its_field(adam: Person, bob: Person) -> None:
    answer = adam.client.post("/admin/users/named/bob/password", data={"password": "short"})

    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text


def test_adam_chooses_the_groups_of_bob(adam: Person, bob: Person) -> None:
    adam.client.post("/admin/groups", data={"name": "editors"})
    editors = find_group("editors")
    assert editors is not None

    adam.client.post("/admin/users/named/bob/groups", data={"groups": [editors.id]})

    assert [group.name for group in _user("bob").groups] == ["editors"]


def test_adam_corrects_the_name_of_bob(adam: Person, bob: Person) -> None:
    adam.client.post("/admin/users/named/bob/profile", data={"full_name": "Robert", "email": ""})

    assert _user("bob").full_name == "Robert"


@pytest.mark.parametrize("whose", ["adam", "bob"])
def test_adam_makes_nobody_a_super_user(adam: Person, bob: Person, root: Person, whose: str) -> None:
    group = find_group("confluence-administrators")
    assert group is not None

    tries = [
        adam.client.post(f"/admin/users/named/{whose}/groups", data={"groups": [group.id]}),
        adam.client.post(f"/admin/groups/{group.id}/members", data={"user": whose}),
        adam.client.post(
            f"/admin/users/named/{whose}/profile", data={"full_name": "A", "is_super": "1", "groups": "2"}
        ),
        adam.client.post("/admin/groups", data={"name": "confluence-administrators"}),
        adam.client.post("/admin/groups", data={"name": "Confluence-Administrators"}),
    ]

    assert [answer.status_code for answer in tries] == [422, 403, 303, 422, 422]
    assert [group.name for group in _user(whose).groups] == ["confluence-users"]


def test_adam_has_no_power_over_root(site: Site, adam: Person, root: Person) -> None:
    site.person("eve", is_super=True)
    group = find_group("confluence-administrators")
    assert group is not None

    tries = [
        adam.client.post("/admin/users/named/root/password", data={"password": "known to adam now"}),
        adam.client.post("/admin/users/named/root/disable"),
        adam.client.post("/admin/users/named/root/profile", data={"full_name": "Adam", "email": ""}),
        adam.client.post("/admin/users/named/root/groups", data={"groups": []}),
        adam.client.post(f"/admin/groups/{group.id}/members/remove", data={"user": "root"}),
    ]

    assert [answer.status_code for answer in tries] == [403] * 5
    assert root.client.get("/admin").status_code == 200
    assert "Only super users" in adam.client.get("/admin/users/named/root").text


def test_the_last_super_user_stays(root: Person) -> None:
    group = find_group("confluence-administrators")
    assert group is not None

    assert root.client.post("/admin/users/named/root/groups", data={"groups": []}).status_code == 422
    assert root.client.post(f"/admin/groups/{group.id}/members/remove", data={"user": "root"}).status_code == 409
    assert root.client.post("/admin/users/named/root/disable").status_code == 409
    assert root.client.get("/admin").status_code == 200


def test_a_hostile_name_does_nothing_on_any_screen(adam: Person) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    adam.client.post("/admin/users/new", data={**DORA, "full_name": hostile})
    adam.client.post("/admin/groups", data={"name": hostile})

    for path in ("/admin", "/admin/users", "/admin/users/named/dora", "/admin/groups", "/admin/audit-log"):
        assert "<img src=x" not in adam.client.get(path).text


def _found(who: Person, query: str) -> set[str]:
    page = who.client.get(f"/admin/users?{query}").text
    return {name for name in ("adam", "alice", "bob") if f'/admin/users/named/{name}"' in page}


def _user(name: str) -> User:
    db.session.expire_all()
    found = find_user(name)
    assert found is not None
    return found
