"""Everybody may have one space of their own."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.db import transaction
from wiki.errors import Conflict, NotAllowed
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.spaces import queries
from wiki.spaces.models import SpaceKind
from wiki.spaces.service import create_personal_space


def test_charlie_gets_a_space_of_their_own(charlie: Person) -> None:
    offer = charlie.client.get("/spaces/personal")
    assert "Create my personal space" in offer.text
    answer = charlie.client.post("/spaces/personal")
    assert (answer.status_code, answer.location) == (303, "/spaces/~charlie")
    space = queries.personal_space_of(charlie.user_id)
    assert space is not None
    assert (space.kind, space.key, space.name) == (SpaceKind.PERSONAL, "~charlie", "Charlie")
    assert charlie.client.get("/spaces/~charlie").status_code == 200


def test_others_read_and_comment_there_and_no_more(charlie: Person, bob: Person) -> None:
    with transaction():
        space = create_personal_space(charlie.actor)
    assert can(charlie.actor, Permission.SPACE_ADMIN, space.id)
    assert can(bob.actor, Permission.SPACE_VIEW, space.id)
    assert can(bob.actor, Permission.COMMENT_ADD, space.id)
    assert not can(bob.actor, Permission.PAGE_ADD, space.id)


def test_nobody_has_two(charlie: Person) -> None:
    with transaction():
        create_personal_space(charlie.actor)
    with transaction(), pytest.raises(Conflict):
        create_personal_space(charlie.actor)
    assert charlie.client.get("/spaces/personal").location == "/spaces/~charlie"
    assert charlie.client.post("/spaces/personal").location == "/spaces/~charlie"


def test_it_needs_the_right(site: Site) -> None:
    stranger = site.person("stranger", in_users=False)
    with transaction(), pytest.raises(NotAllowed):
        create_personal_space(stranger.actor)
    assert stranger.client.get("/spaces/personal").status_code == 403


def test_the_owner_stays_its_administrator(charlie: Person, bob: Person) -> None:
    with transaction():
        create_personal_space(charlie.actor)
    mine, theirs = f"user:{charlie.user_id}", f"user:{bob.user_id}"
    charlie.client.post("/spaces/~charlie/permissions", data={"grant": [f"{theirs}|space:admin"], "shown": []})
    answer = charlie.client.post("/spaces/~charlie/permissions", data={"shown": [f"{mine}|space:admin"], "grant": []})
    assert answer.status_code == 409
    assert "owner of a personal space" in answer.text
