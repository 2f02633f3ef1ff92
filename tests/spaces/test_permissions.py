"""The permission matrix of a space."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.accounts.models import Group, User
from wiki.db import transaction
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.permissions.actor import ANYONE, Actor
from wiki.permissions.catalogue import SPACE_MATRIX, SPACE_PERMISSIONS, Permission
from wiki.permissions.queries import space_grants
from wiki.spaces import matrix
from wiki.spaces.models import Space
from wiki.spaces.service import set_permissions

VIEW, ADMIN, ADD = Permission.SPACE_VIEW, Permission.SPACE_ADMIN, Permission.PAGE_ADD


def token(person: Person) -> str:
    return f"user:{person.user_id}"


def change(actor: Actor, space_id: int, wanted: dict[str, set[Permission]]) -> None:
    with transaction() as session:
        set_permissions(actor, session.get_one(Space, space_id), wanted)


def test_the_matrix_shows_groups_then_users_then_anonymous(site: Site, alice: Person, bob: Person) -> None:
    with transaction():
        set_permissions(
            alice.actor, db.session.get_one(Space, site.team), {f"group:{site.users_group_id}": frozenset({VIEW})}
        )
    rows = matrix.rows(space_grants(site.team))
    assert [row.name for row in rows] == ["confluence-users", "alice", "bob", "Anonymous"]
    assert all(len(row.boxes) == len(SPACE_MATRIX) == 13 for row in rows)
    assert [box.is_offered for box in rows[-1].boxes] == [True] * 12 + [False]
    assert sum(span for _, span in matrix.heads()) == 13


def test_alice_gives_bob_the_right_to_export_and_takes_that_to_delete(site: Site, alice: Person, bob: Person) -> None:
    page = alice.client.get("/spaces/TEAM/permissions").text
    assert f'value="{token(bob)}|page:delete"' in page
    before = space_grants(site.team)[token(bob)]
    shown = [f"{token(bob)}|{value}" for value in before]
    ticked = [value for value in shown if not value.endswith("page:delete")] + [f"{token(bob)}|space:export"]
    answer = alice.client.post("/spaces/TEAM/permissions", data={"shown": shown, "grant": ticked})
    assert (answer.status_code, answer.location) == (303, "/spaces/TEAM/permissions")
    db.session.rollback()
    assert space_grants(site.team)[token(bob)] == (before - {"page:delete"}) | {"space:export"}


def test_two_administrators_do_not_undo_each_others_changes(site: Site, alice: Person, bob: Person) -> None:
    shown = [f"{token(bob)}|{value}" for value in space_grants(site.team)[token(bob)]]
    for added in ("space:export", "blog:add"):
        alice.client.post("/spaces/TEAM/permissions", data={"shown": shown, "grant": [*shown, f"{token(bob)}|{added}"]})
    db.session.rollback()
    assert {"space:export", "blog:add"} <= space_grants(site.team)[token(bob)]


def test_whoever_may_do_anything_may_view(site: Site, alice: Person, charlie: Person) -> None:
    change(alice.actor, site.team, {token(charlie): {ADD}})
    assert space_grants(site.team)[token(charlie)] == {"page:add", "space:view"}
    change(alice.actor, site.team, {token(charlie): set()})
    assert token(charlie) not in space_grants(site.team)


def test_the_last_administrator_cannot_be_taken(site: Site, alice: Person, bob: Person, root: Person) -> None:
    for actor in (alice.actor, root.actor):
        with pytest.raises(Conflict):
            change(actor, site.team, {token(alice): {VIEW}})
    assert "space:admin" in space_grants(site.team)[token(alice)]
    change(alice.actor, site.team, {token(alice): {VIEW}, token(bob): {ADMIN}})
    assert "space:admin" not in space_grants(site.team)[token(alice)]


def test_a_group_without_members_is_no_administrator(site: Site, alice: Person) -> None:
    with transaction() as session:
        group = Group(name="empty", created_at=db.session.get_one(User, alice.user_id).created_at)
        session.add(group)
        session.flush()
        principal = f"group:{group.id}"
    change(alice.actor, site.team, {principal: {ADMIN}})
    with pytest.raises(Conflict):
        change(alice.actor, site.team, {token(alice): set()})


def test_somebody_who_cannot_sign_in_is_no_administrator(site: Site, alice: Person, bob: Person) -> None:
    change(alice.actor, site.team, {token(bob): {ADMIN}})
    with transaction() as session:
        session.get_one(User, bob.user_id).is_active = False
    with pytest.raises(Conflict):
        change(alice.actor, site.team, {token(alice): set()})


def test_a_refusal_comes_back_with_the_ticks_and_changes_nothing(site: Site, alice: Person, bob: Person) -> None:
    before = space_grants(site.team)
    shown = [f"{token(alice)}|{permission.value}" for permission in SPACE_PERMISSIONS]
    answer = alice.client.post(
        "/spaces/TEAM/permissions", data={"shown": shown, "grant": [f"{token(bob)}|space:export"]}
    )
    assert answer.status_code == 409
    assert "Somebody must stay administrator" in answer.text
    assert f'value="{token(bob)}|space:export" aria-label="Space: Export, bob" checked' in answer.text
    db.session.rollback()
    assert space_grants(site.team) == before


def test_administration_is_never_given_to_anonymous(site: Site, alice: Person) -> None:
    with pytest.raises(Invalid):
        change(alice.actor, site.team, {ANYONE: {ADMIN}, token(alice): set(SPACE_PERMISSIONS)})
    answer = alice.client.post("/spaces/TEAM/permissions", data={"grant": [f"{ANYONE}|space:admin"]})
    assert answer.status_code == 422
    db.session.rollback()
    assert ANYONE not in space_grants(site.team)


def test_only_an_administrator_changes_permissions(site: Site, bob: Person, alice: Person) -> None:
    with pytest.raises(NotAllowed):
        change(bob.actor, site.team, {token(bob): {ADMIN}})
    assert bob.client.post("/spaces/TEAM/permissions", data={"grant": [f"{token(bob)}|space:admin"]}).status_code == 403


def test_nonsense_in_the_form_gives_nobody_anything(site: Site, alice: Person) -> None:
    before = space_grants(site.team)
    sent = ["user:999|space:admin", "user:1", "|", "group:x|space:view", f"{token(alice)}|site:admin", "a|b|c"]
    assert alice.client.post("/spaces/TEAM/permissions", data={"grant": sent}).status_code == 303
    db.session.rollback()
    assert space_grants(site.team) == before


@pytest.mark.parametrize(("kind", "name"), [("user", "charlie"), ("group", "confluence-users")])
def test_a_group_or_user_is_added_by_name(site: Site, alice: Person, charlie: Person, kind: str, name: str) -> None:
    answer = alice.client.post("/spaces/TEAM/permissions/add", data={"kind": kind, "name": f" {name} "})
    assert answer.status_code == 303
    db.session.rollback()
    added = token(charlie) if kind == "user" else f"group:{site.users_group_id}"
    assert space_grants(site.team)[added] == {"space:view"}


def test_adding_somebody_who_is_there_takes_nothing_away(site: Site, alice: Person, bob: Person) -> None:
    before = space_grants(site.team)
    alice.client.post("/spaces/TEAM/permissions/add", data={"kind": "user", "name": "bob"})
    db.session.rollback()
    assert space_grants(site.team) == before


def test_an_unknown_name_comes_back_as_it_was_typed(alice: Person) -> None:
    answer = alice.client.post("/spaces/TEAM/permissions/add", data={"kind": "user", "name": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text


def test_whoever_gives_their_admin_away_is_led_to_the_space(site: Site, alice: Person, bob: Person) -> None:
    change(alice.actor, site.team, {token(bob): {ADMIN}})
    answer = alice.client.post("/spaces/TEAM/permissions", data={"shown": [f"{token(alice)}|space:admin"], "grant": []})
    assert (answer.status_code, answer.location) == (303, "/spaces/TEAM")
