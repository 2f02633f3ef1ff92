"""The trash of a space, with the things of all rooms."""

from __future__ import annotations

import pytest

from tests.pages.helpers import outline, write
from tests.people import Person, Site
from wiki.db import transaction
from wiki.extensions import db
from wiki.pages.models import Page, PageRevision
from wiki.pages.trash import trash_page
from wiki.spaces import trash_list


@pytest.fixture
def thrown(site: Site, bob: Person) -> list[int]:
    """Three pages below the home page of TEAM, of which two were thrown away."""
    ids = [write(bob, site.team, title) for title in ("Home", "Oars", "Rafts", "Ropes")]
    for page_id in ids[1:3]:
        with transaction() as session:
            trash_page(bob.actor, session.get_one(Page, page_id))
    return ids


def test_an_empty_trash_says_so(alice: Person) -> None:
    assert "The trash is empty" in alice.client.get("/spaces/TEAM/trash").text


def test_alice_sees_what_was_thrown_away_by_whom(thrown: list[int], alice: Person) -> None:
    text = alice.client.get("/spaces/TEAM/trash").text
    assert text.index("Rafts") < text.index("Oars")
    assert "Bob" in text
    assert "Ropes" not in text.split("<main")[1]


def test_alice_restores_one(site: Site, thrown: list[int], alice: Person) -> None:
    answer = alice.client.post("/spaces/TEAM/trash/restore", data={"item": [f"page:{thrown[1]}"]})
    assert (answer.status_code, answer.location) == (303, "/spaces/TEAM/trash")
    db.session.rollback()
    assert outline(site.team) == ["Home", ["Oars", "Ropes"]]


def test_destroying_asks_first(site: Site, thrown: list[int], alice: Person) -> None:
    asked = alice.client.post("/spaces/TEAM/trash/confirm", data={"item": [f"page:{thrown[1]}"]})
    assert asked.status_code == 200
    assert "This cannot be undone" in asked.text
    assert f'name="item" value="page:{thrown[1]}"' in asked.text
    assert db.session.get(Page, thrown[1]) is not None


def test_destroyed_pages_are_gone_with_their_revisions(site: Site, thrown: list[int], alice: Person) -> None:
    alice.client.post("/spaces/TEAM/trash/purge", data={"item": [f"page:{thrown[1]}"]})
    db.session.rollback()
    assert db.session.get(Page, thrown[1]) is None
    assert db.session.query(PageRevision).filter_by(page_id=thrown[1]).count() == 0
    assert db.session.get(Page, thrown[2]) is not None


def test_everything_can_go_at_once(site: Site, thrown: list[int], alice: Person) -> None:
    asked = alice.client.post("/spaces/TEAM/trash/confirm", data={"what": "everything"})
    assert "2 things" in asked.text
    alice.client.post("/spaces/TEAM/trash/purge", data={"what": "everything"})
    db.session.rollback()
    assert trash_list.list_trash(site.team, 1).total == 0
    assert outline(site.team) == ["Home", ["Ropes"]]


def test_a_living_page_is_never_destroyed(site: Site, thrown: list[int], alice: Person) -> None:
    alice.client.post("/spaces/TEAM/trash/purge", data={"item": [f"page:{thrown[3]}", "page:x", "nothing:1", "page"]})
    db.session.rollback()
    assert db.session.get(Page, thrown[3]) is not None


def test_the_trash_of_another_space_is_out_of_reach(site: Site, thrown: list[int], charlie: Person) -> None:
    charlie.client.post("/spaces/personal")
    charlie.client.post("/spaces/~charlie/trash/purge", data={"item": [f"page:{thrown[1]}"]})
    charlie.client.post("/spaces/~charlie/trash/restore", data={"item": [f"page:{thrown[1]}"]})
    db.session.rollback()
    assert db.session.get_one(Page, thrown[1]).deleted_at is not None


def test_choosing_nothing_changes_nothing(thrown: list[int], alice: Person) -> None:
    for action in ("restore", "confirm", "purge"):
        answer = alice.client.post(f"/spaces/TEAM/trash/{action}", follow_redirects=True)
        assert "Nothing was chosen" in answer.text


def test_things_deleted_in_the_same_moment_are_all_listed(
    site: Site, bob: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [write(bob, site.team, f"Page {number:03}") for number in range(60)]
    with transaction() as session:
        moment = session.get_one(Page, ids[0]).created_at
        for page_id in ids:
            gone = session.get_one(Page, page_id)
            gone.deleted_at, gone.live_title = moment, None
    pages = [trash_list.list_trash(site.team, number) for number in (1, 2)]
    listed = [row.item.id for page in pages for row in page.rows]
    assert sorted(listed) == sorted(ids)
    assert [page.has_more for page in pages] == [True, False]
    assert "page=2" in alice.client.get("/spaces/TEAM/trash").text
