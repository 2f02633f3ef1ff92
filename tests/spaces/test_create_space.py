"""Making site spaces."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import EDITOR, Person, Site
from wiki.accounts.models import Group
from wiki.audit.models import Event
from wiki.db import transaction
from wiki.errors import Invalid, NotAllowed
from wiki.extensions import db
from wiki.pages import queries as pages
from wiki.permissions.actor import ANONYMOUS, SYSTEM
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.permissions.check import can
from wiki.permissions.queries import space_grants
from wiki.spaces import queries
from wiki.spaces.models import Space, SpaceKind
from wiki.spaces.service import create_space


def test_who_creates_a_space_may_do_everything_in_it(charlie: Person) -> None:
    with transaction():
        space = create_space(charlie.actor, key="RIVER", name="The river")
    assert all(can(charlie.actor, permission, space.id) for permission in SPACE_PERMISSIONS)
    assert (space.kind, space.created_by_id) == (SpaceKind.SITE, charlie.user_id)


def test_everybody_who_may_use_the_wiki_reads_and_writes_in_a_new_space(charlie: Person, bob: Person) -> None:
    with transaction():
        space = create_space(charlie.actor, key="RIVER", name="The river")
    for permission in (Permission.SPACE_VIEW, Permission.PAGE_ADD, Permission.COMMENT_ADD, Permission.ATTACHMENT_ADD):
        assert can(bob.actor, permission, space.id)
    for permission in (Permission.SPACE_ADMIN, Permission.MAIL_DELETE, Permission.COMMENT_DELETE):
        assert not can(bob.actor, permission, space.id)
    assert not can(ANONYMOUS, Permission.SPACE_VIEW, space.id)


def test_a_new_space_has_a_home_page_that_says_what_it_is_for(charlie: Person) -> None:
    with transaction():
        space = create_space(charlie.actor, key="RIVER", name="The river", description="Rafts and locks.")
    home = pages.home_page(space.id)
    assert home is not None
    assert (home.title, home.source.strip()) == ("The river Home", "Rafts and locks.")


def test_the_system_makes_the_super_users_administrators(site: Site, app: Flask) -> None:
    assert site.root
    with transaction():
        space = create_space(SYSTEM, key="RIVER", name="The river")
    (administrators,) = [who for who, given in space_grants(space.id).items() if "space:admin" in given]
    assert db.session.query(Group).filter_by(name="confluence-administrators").one().id == int(administrators[6:])
    assert queries.is_anybody_among([administrators])
    assert space.created_by_id is None


def test_keys_that_differ_in_case_only_are_the_same_key(alice: Person) -> None:
    with transaction(), pytest.raises(Invalid) as refusal:
        create_space(alice.actor, key="team", name="Another team")
    assert set(refusal.value.errors) == {"key"}


@pytest.mark.parametrize("key", ["", "two words", "a-b", "~alice", "ключ", "new", "Personal", "x" * 256])
def test_a_key_is_made_of_letters_and_digits(charlie: Person, key: str) -> None:
    with transaction(), pytest.raises(Invalid) as refusal:
        create_space(charlie.actor, key=key, name="The river")
    assert set(refusal.value.errors) == {"key"}


def test_the_longest_key_is_taken(charlie: Person) -> None:
    with transaction():
        assert create_space(charlie.actor, key="x" * 255, name="The river").key == "x" * 255


def test_every_problem_is_told_at_once(charlie: Person) -> None:
    with transaction(), pytest.raises(Invalid) as refusal:
        create_space(charlie.actor, key="?", name=" ", description="x" * 2_001)
    assert set(refusal.value.errors) == {"key", "name", "description"}


def test_nobody_creates_a_space_without_the_right(site: Site) -> None:
    stranger = site.person("stranger", in_users=False)
    with transaction(), pytest.raises(NotAllowed):
        create_space(stranger.actor, key="RIVER", name="The river")
    assert db.session.query(Space).count() == 0


def test_creating_a_space_is_on_record(charlie: Person) -> None:
    with transaction():
        space_id = create_space(charlie.actor, key="RIVER", name="The river").id
    event = db.session.query(Event).filter_by(tag="space:created").one()
    assert (event.actor_name, event.subject, event.details["key"]) == ("charlie", f"space:{space_id}", "RIVER")


def test_the_form_makes_the_space_and_leads_there(charlie: Person) -> None:
    answer = charlie.client.post("/spaces/new", data={"key": "RIVER", "name": "The river", "theme": "documentation"})
    assert (answer.status_code, answer.location) == (303, "/spaces/RIVER")
    made = queries.by_key("river")
    assert made is not None
    assert made.theme == "documentation"
    assert b"The river Home" in charlie.client.get("/spaces/RIVER").data


def test_a_wrong_form_comes_back_as_it_was_typed(charlie: Person) -> None:
    answer = charlie.client.post("/spaces/new", data={"key": "no key", "name": "The river", "theme": ""})
    assert answer.status_code == 422
    assert 'value="no key"' in answer.text
    assert "letters A to Z" in answer.text


def test_an_editor_of_one_space_is_no_administrator_of_another(site: Site, charlie: Person) -> None:
    other = site.space("OTHER")
    site.allow(charlie, other, EDITOR)
    assert charlie.client.get("/spaces/OTHER/permissions").status_code == 403
