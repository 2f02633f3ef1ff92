"""Changing pages, alone and two at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.pages.helpers import address, page, write
from tests.people import Person, Site
from wiki.db import transaction
from wiki.errors import Conflict, NotAllowed
from wiki.extensions import db
from wiki.pages.models import Page, PageRevision
from wiki.pages.service import Draft, EditConflict, edit_page, restore_revision
from wiki.pages.trash import trash_page
from wiki.search.models import OutboxRow


@pytest.fixture
def rafts(site: Site, bob: Person) -> int:
    """The page "Rafts" of TEAM in its first revision."""
    return write(bob, site.team, "Rafts", "Two logs.\nOne rope.")


def edit(who: Person, page_id: int, draft: Draft, seen: int) -> Page:
    with transaction() as session:
        return edit_page(who.actor, session.get_one(Page, page_id), draft, seen_revision=seen)


def revisions(page_id: int) -> list[tuple[int, str, str]]:
    found = db.session.query(PageRevision).filter_by(page_id=page_id).order_by(PageRevision.number)
    return [(each.number, each.source, each.author_name) for each in found]


def test_bob_edits_with_the_form_and_every_revision_stays(site: Site, bob: Person, rafts: int) -> None:
    form = bob.client.get(address(rafts, "/edit")).text
    assert "One rope." in form
    assert 'name="seen_revision" type="hidden" value="1"' in form
    sent = {"title": "Rafts", "source": "Three logs.", "comment": "It sank", "seen_revision": "1"}
    answer = bob.client.post(address(rafts, "/edit"), data=sent)
    assert (answer.status_code, answer.location) == (303, address(rafts, "/rafts"))
    assert revisions(rafts) == [(1, "Two logs.\nOne rope.", "bob"), (2, "Three logs.", "bob")]
    assert page(rafts).revision == 2


def test_saving_without_a_change_makes_no_revision(bob: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("Rafts", "Two logs.\r\nOne rope."), seen=1)
    assert len(revisions(rafts)) == 1


def test_a_new_title_moves_the_page_to_a_new_address_and_the_old_one_leads_there(bob: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("River rafts", "Two logs."), seen=1)
    answer = bob.client.get(address(rafts, "/rafts?from=mail"))
    assert (answer.status_code, answer.location) == (302, address(rafts, "/river-rafts?from=mail"))
    assert bob.client.get(address(rafts)).location == address(rafts, "/river-rafts")


def test_of_two_people_the_second_sees_what_the_first_one_changed(bob: Person, alice: Person, rafts: int) -> None:
    edit(alice, rafts, Draft("Rafts", "Two logs.\nTwo ropes."), seen=1)
    sent = {"title": "Rafts", "source": "Four logs.\nOne rope.", "comment": "More logs", "seen_revision": "1"}
    answer = bob.client.post(address(rafts, "/edit"), data=sent)
    assert answer.status_code == 409
    assert "Alice saved this page while you were writing" in answer.text
    for kept in ("Four logs.\nOne rope.", 'value="More logs"', 'name="seen_revision" type="hidden" value="2"'):
        assert kept in answer.text
    assert "<ins>Two</ins>" in answer.text
    assert [source for _, source, _ in revisions(rafts)] == ["Two logs.\nOne rope.", "Two logs.\nTwo ropes."]


def test_having_seen_it_the_second_can_save(bob: Person, alice: Person, rafts: int) -> None:
    edit(alice, rafts, Draft("Rafts", "Two logs.\nTwo ropes."), seen=1)
    sent = {"title": "Rafts", "source": "Four logs.\nTwo ropes.", "seen_revision": "2"}
    assert bob.client.post(address(rafts, "/edit"), data=sent).status_code == 303
    assert [author for _, _, author in revisions(rafts)] == ["bob", "alice", "bob"]


def test_pressing_save_twice_is_no_conflict(bob: Person, rafts: int) -> None:
    sent = {"title": "Rafts", "source": "Three logs.", "seen_revision": "1"}
    for _ in range(2):
        assert bob.client.post(address(rafts, "/edit"), data=sent).status_code == 303
    assert len(revisions(rafts)) == 2


@pytest.mark.parametrize("seen", ["", "0", "99", "abc", "-1", "9" * 30])
def test_a_form_that_saw_no_known_revision_overwrites_nothing(bob: Person, rafts: int, seen: str) -> None:
    sent = {"title": "Rafts", "source": "Mine", "seen_revision": seen}
    answer = bob.client.post(address(rafts, "/edit"), data=sent)
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert len(revisions(rafts)) == 1


def test_the_service_names_the_conflict(bob: Person, rafts: int) -> None:
    with pytest.raises(EditConflict):
        edit(bob, rafts, Draft("Rafts", "Mine"), seen=0)


def test_a_taken_title_comes_back(site: Site, bob: Person, rafts: int) -> None:
    write(bob, site.team, "Ropes")
    sent = {"title": "ropes", "source": "kept words", "seen_revision": "1"}
    answer = bob.client.post(address(rafts, "/edit"), data=sent)
    assert answer.status_code == 422
    assert "kept words" in answer.text
    assert page(rafts).title == "Rafts"


def test_only_the_case_of_a_title_can_change(bob: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("RAFTS", "Two logs."), seen=1)
    assert page(rafts).title == "RAFTS"


def test_a_page_thrown_away_meanwhile_is_not_saved(bob: Person, rafts: int) -> None:
    with transaction() as session:
        trash_page(bob.actor, session.get_one(Page, rafts))
    with pytest.raises(Conflict):
        edit(bob, rafts, Draft("Rafts", "Mine"), seen=1)
    assert bob.client.post(address(rafts, "/edit"), data={"title": "Rafts", "source": "Mine"}).status_code == 404


def test_an_old_revision_can_be_made_the_newest(bob: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("River rafts", "Three logs."), seen=1)
    answer = bob.client.post(address(rafts, "/restore"), data={"number": "1", "seen_revision": "2"})
    assert (answer.status_code, answer.location) == (303, address(rafts, "/rafts"))
    stored = page(rafts)
    assert (stored.title, stored.source, stored.revision) == ("Rafts", "Two logs.\nOne rope.", 3)


def test_restoring_keeps_the_title_when_the_old_one_is_taken(site: Site, bob: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("River rafts", "Three logs."), seen=1)
    write(bob, site.team, "Rafts")
    with transaction() as session:
        restore_revision(bob.actor, session.get_one(Page, rafts), 1, seen_revision=2)
    stored = page(rafts)
    assert (stored.title, stored.source) == ("River rafts", "Two logs.\nOne rope.")


def test_restoring_overwrites_nothing_that_was_not_seen(bob: Person, alice: Person, rafts: int) -> None:
    edit(bob, rafts, Draft("Rafts", "Three logs."), seen=1)
    edit(alice, rafts, Draft("Rafts", "Four logs."), seen=2)
    answer = bob.client.post(address(rafts, "/restore"), data={"number": "1", "seen_revision": "2"})
    assert answer.status_code == 409
    assert page(rafts).source == "Four logs."
    assert bob.client.post(address(rafts, "/restore"), data={"number": "77", "seen_revision": "3"}).status_code == 409


def test_those_who_may_not_write_do_not_edit(charlie: Person, rafts: int) -> None:
    with pytest.raises(NotAllowed):
        edit(charlie, rafts, Draft("Rafts", "Mine"), seen=1)


def test_search_hears_of_every_change(bob: Person, rafts: int) -> None:
    with transaction() as session:
        session.query(OutboxRow).delete()
    edit(bob, rafts, Draft("Rafts", "Three logs."), seen=1)
    assert {(row.kind, row.object_id) for row in db.session.query(OutboxRow)} == {("page", rafts)}


def test_of_many_who_save_in_the_same_moment_one_does_and_the_others_hear_of_it(
    site: Site, bob: Person, rafts: int
) -> None:
    start = threading.Barrier(4)

    def save(number: int) -> bool:
        with site.app.app_context():
            start.wait()
            try:
                edit(bob, rafts, Draft("Rafts", f"Text {number}"), seen=1)
            except EditConflict:
                return False
            return True

    with ThreadPoolExecutor(4) as people:
        saved = list(people.map(save, range(4)))
    assert saved.count(True) == 1
    assert [number for number, _, _ in revisions(rafts)] == [1, 2]
    assert page(rafts).source == f"Text {saved.index(True)}"
