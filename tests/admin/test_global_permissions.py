"""The matrix of global permissions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Person, Site
from wiki.permissions.actor import ANYONE, group_token, user_token
from wiki.permissions.queries import site_grants


def test_ticks_are_given_and_missing_ticks_are_taken(site: Site, adam: Person) -> None:
    users = group_token(site.users_group_id)

    answer = adam.client.post(
        "/admin/permissions",
        data={
            "shown": [f"{users}|site:use", f"{users}|site:create_space"],
            "grant": [f"{users}|site:use", f"{users}|site:admin"],
        },
    )

    assert answer.status_code == 303
    assert site_grants()[users] == {"site:use", "site:personal_space", "site:admin"}


def test_what_another_administrator_changed_meanwhile_stays(site: Site, adam: Person, root: Person) -> None:
    users = group_token(site.users_group_id)
    seen_by_both = [f"{users}|site:use", f"{users}|site:create_space", f"{users}|site:personal_space"]
    root.client.post("/admin/permissions", data={"shown": seen_by_both, "grant": seen_by_both[:2]})

    adam.client.post("/admin/permissions", data={"shown": seen_by_both, "grant": [seen_by_both[0], seen_by_both[2]]})

    assert site_grants()[users] == {"site:use"}


def test_the_wiki_opens_to_guests_by_one_tick(site: Site, adam: Person, client: FlaskClient) -> None:
    assert client.get("/").status_code == 303

    adam.client.post("/admin/permissions", data={"grant": [f"{ANYONE}|site:use"]})

    assert client.get("/").status_code == 200


@pytest.mark.parametrize("right", ["site:admin", "site:create_space", "site:personal_space"])
def test_guests_are_never_given_more(site: Site, adam: Person, right: str) -> None:
    answer = adam.client.post("/admin/permissions", data={"grant": [f"{ANYONE}|{right}"]})

    assert answer.status_code == 422
    assert "never given to people who have not signed in" in answer.text
    assert ANYONE not in site_grants()


@pytest.mark.parametrize(
    "value", ["user:999|site:admin", "group:999|site:use", "nonsense", "|", "user:1|space:admin", "user:1|site:"]
)
def test_cells_that_do_not_exist_give_nobody_anything(site: Site, adam: Person, value: str) -> None:
    before = site_grants()

    assert adam.client.post("/admin/permissions", data={"grant": [value]}).status_code == 303

    assert site_grants() == before


def test_a_user_gets_a_row(adam: Person, bob: Person) -> None:
    answer = adam.client.post("/admin/permissions/add", data={"kind": "user", "name": "bob"})

    assert answer.status_code == 303
    assert site_grants()[user_token(bob.user_id)] == {"site:use"}
    assert f'value="{user_token(bob.user_id)}|site:admin"' in adam.client.get("/admin/permissions").text


def test_an_unknown_group_gets_none(adam: Person) -> None:
    answer = adam.client.post("/admin/permissions/add", data={"kind": "group", "name": "nobody"})

    assert answer.status_code == 422
    assert "There is no group called “nobody”" in answer.text


def test_whoever_gives_their_own_administration_away_is_led_out(adam: Person) -> None:
    mine = f"{user_token(adam.user_id)}|site:admin"

    answer = adam.client.post("/admin/permissions", data={"shown": [mine], "grant": []})

    assert answer.location == "/"
    assert adam.client.get("/admin").status_code == 403
