"""Looking after groups."""

from __future__ import annotations

from tests.people import Person
from wiki.accounts.queries import find_group


def test_adam_makes_a_group_and_bob_joins_and_leaves_it(adam: Person, bob: Person) -> None:
    made = adam.client.post("/admin/groups", data={"name": "editors"})

    adam.client.post(f"{made.location}/members", data={"user": "bob"})
    assert "/admin/users/named/bob" in adam.client.get(made.location).text

    adam.client.post(f"{made.location}/members/remove", data={"user": "bob"})
    assert "Nobody is in this group" in adam.client.get(made.location).text


def test_an_unknown_person_cannot_join(adam: Person) -> None:
    made = adam.client.post("/admin/groups", data={"name": "editors"})

    answer = adam.client.post(f"{made.location}/members", data={"user": "nobody"})

    assert answer.status_code == 422
    assert "There is no user of that name" in answer.text


def test_a_group_that_nobody_needs_is_deleted(adam: Person) -> None:
    made = adam.client.post("/admin/groups", data={"name": "editors"})

    answer = adam.client.post(f"{made.location}/delete")

    assert answer.location == "/admin/groups"
    assert find_group("editors") is None


def test_the_users_group_stays(adam: Person) -> None:
    group = find_group("confluence-users")
    assert group is not None

    assert adam.client.post(f"/admin/groups/{group.id}/delete").status_code == 409
    assert find_group("confluence-users") is not None


def test_two_groups_of_one_name_are_refused_with_a_sentence(adam: Person) -> None:
    adam.client.post("/admin/groups", data={"name": "editors"})

    answer = adam.client.post("/admin/groups", data={"name": " Editors"})

    assert answer.status_code == 422
    assert "There is a group called “Editors” already" in answer.text
