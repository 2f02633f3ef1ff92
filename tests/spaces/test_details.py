"""The details of a space."""

from __future__ import annotations

from tests.people import Person, Site
from wiki.audit.models import Event
from wiki.extensions import db
from wiki.spaces.models import Space


def test_alice_reads_what_the_space_is(alice: Person) -> None:
    text = alice.client.get("/spaces/TEAM/details").text
    for words in ("TEAM", "Site space", "the system"):
        assert words in text


def test_alice_changes_name_and_description_and_never_the_key(site: Site, alice: Person) -> None:
    answer = alice.client.post(
        "/spaces/TEAM/details", data={"name": " The crew ", "description": "Who rows.", "key": "CREW"}
    )
    assert (answer.status_code, answer.location) == (303, "/spaces/TEAM/details")
    space = db.session.get_one(Space, site.team)
    assert (space.name, space.description, space.key) == ("The crew", "Who rows.", "TEAM")
    assert db.session.query(Event).filter_by(tag="space:changed", subject=f"space:{site.team}").count() == 1


def test_a_space_needs_a_name(site: Site, alice: Person) -> None:
    answer = alice.client.post("/spaces/TEAM/details", data={"name": "  ", "description": "kept"})
    assert answer.status_code == 422
    assert "kept" in answer.text
    assert db.session.get_one(Space, site.team).name == "The TEAM space"


def test_a_personal_space_says_whose_it_is(charlie: Person) -> None:
    charlie.client.post("/spaces/personal")
    assert "Personal space of Charlie" in charlie.client.get("/spaces/~charlie/details").text
