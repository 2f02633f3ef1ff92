"""Throwing pages away and bringing them back."""

from __future__ import annotations

import pytest

from tests.pages.helpers import address, outline, page, write
from tests.people import READER, Person, Site
from wiki.db import transaction
from wiki.errors import NotAllowed
from wiki.extensions import db
from wiki.pages.models import Page
from wiki.pages.service import DEEPEST, Place, move_page
from wiki.pages.trash import purge_pages, restore_pages, trash_page


@pytest.fixture
def tree(site: Site, bob: Person) -> dict[str, int]:
    """Home > A, B > (C > D, E), F in TEAM."""
    ids: dict[str, int] = {}
    for title, parent in (("Home", ""), ("A", ""), ("B", ""), ("C", "B"), ("D", "C"), ("E", "B"), ("F", "")):
        ids[title] = write(bob, site.team, title, parent=ids.get(parent))
    return ids


WHOLE = ["Home", ["A", "B", ["C", ["D"], "E"], "F"]]


def throw_away(who: Person, *page_ids: int) -> None:
    for page_id in page_ids:
        with transaction() as session:
            trash_page(who.actor, session.get_one(Page, page_id))


def bring_back(who: Person, site: Site, *page_ids: int) -> int:
    with transaction():
        return restore_pages(who.actor, site.team, page_ids)


def test_pages_below_move_up_to_where_it_stood(site: Site, bob: Person, tree: dict[str, int]) -> None:
    throw_away(bob, tree["B"])
    assert outline(site.team) == ["Home", ["A", "C", ["D"], "E", "F"]]


def test_bringing_it_back_puts_all_back(site: Site, alice: Person, bob: Person, tree: dict[str, int]) -> None:
    throw_away(bob, tree["B"])
    assert bring_back(alice, site, tree["B"]) == 1
    assert outline(site.team) == WHOLE


@pytest.mark.parametrize("order", ["BCE", "CB", "EBC", "DCB", "HomeB", "BHome"])
def test_whatever_was_thrown_away_comes_back_together(
    site: Site, alice: Person, bob: Person, tree: dict[str, int], order: str
) -> None:
    titles = ["Home", "B"] if order == "HomeB" else ["B", "Home"] if order == "BHome" else list(order)
    throw_away(bob, *(tree[title] for title in titles))
    bring_back(alice, site, *(tree[title] for title in titles))
    assert outline(site.team) == WHOLE
    assert page(tree["Home"]).is_home


def test_a_child_that_was_moved_elsewhere_meanwhile_stays_there(
    site: Site, alice: Person, bob: Person, tree: dict[str, int]
) -> None:
    throw_away(bob, tree["B"])
    with transaction() as session:
        move_page(bob.actor, session.get_one(Page, tree["C"]), Place(session.get_one(Page, tree["F"])))
    bring_back(alice, site, tree["B"])
    assert outline(site.team) == ["Home", ["A", "B", ["E"], "F", ["C", ["D"]]]]


def test_a_page_whose_parent_is_gone_comes_back_to_the_nearest_above(
    site: Site, alice: Person, bob: Person, tree: dict[str, int]
) -> None:
    throw_away(bob, tree["D"], tree["C"], tree["B"])
    with transaction():
        purge_pages(alice.actor, site.team, [tree["C"]])
    bring_back(alice, site, tree["D"])
    assert page(tree["D"]).parent_id == tree["Home"]


def test_a_page_whose_title_was_taken_comes_back_under_another(
    site: Site, alice: Person, bob: Person, tree: dict[str, int]
) -> None:
    throw_away(bob, tree["A"])
    write(bob, site.team, "a")
    bring_back(alice, site, tree["A"])
    back = page(tree["A"])
    assert (back.title, back.revision) == ("A (restored)", 2)


def test_a_page_in_the_trash_is_nowhere_to_be_seen(bob: Person, tree: dict[str, int]) -> None:
    throw_away(bob, tree["A"])
    for rest in ("", "/a", "/edit", "/history", "/history/1", "/history/compare", "/move"):
        assert bob.client.get(address(tree["A"], rest)).status_code == 404
    for rest in ("/edit", "/restore", "/move", "/trash"):
        assert bob.client.post(address(tree["A"], rest)).status_code == 404


def test_bob_deletes_with_the_button_and_is_led_to_the_page_above(
    site: Site, bob: Person, tree: dict[str, int]
) -> None:
    answer = bob.client.post(address(tree["D"], "/trash"))
    assert (answer.status_code, answer.location) == (303, address(tree["C"], "/c"))
    assert "in the trash now" in bob.client.get(answer.location).text
    assert bob.client.post(address(tree["F"], "/trash")).location == "/spaces/TEAM"


def test_a_space_without_its_home_page_says_what_to_do(
    site: Site, alice: Person, bob: Person, tree: dict[str, int]
) -> None:
    throw_away(bob, tree["Home"])
    text = alice.client.get("/spaces/TEAM").text
    assert "no home page" in text
    assert "Make home page" in text
    write(bob, site.team, "Not home")
    assert "no home page" in alice.client.get("/spaces/TEAM").text


def test_bringing_back_never_nests_pages_too_deep(site: Site, alice: Person, bob: Person, tree: dict[str, int]) -> None:
    throw_away(bob, tree["B"])
    below = tree["D"]
    for level in range(DEEPEST - 3):
        below = write(bob, site.team, f"Level {level}", parent=below)
    bring_back(alice, site, tree["B"])
    assert page(tree["C"]).parent_id == tree["Home"]
    assert page(tree["B"]).deleted_at is None


def test_it_takes_the_right_to_delete_and_administration_to_bring_back(
    site: Site, bob: Person, charlie: Person, tree: dict[str, int]
) -> None:
    site.allow(charlie, site.team, READER)
    with pytest.raises(NotAllowed):
        throw_away(charlie, tree["A"])
    throw_away(bob, tree["A"])
    for attempt in (restore_pages, purge_pages):
        with transaction(), pytest.raises(NotAllowed):
            attempt(bob.actor, site.team, [tree["A"]])


def test_throwing_away_twice_is_once(site: Site, bob: Person, tree: dict[str, int]) -> None:
    throw_away(bob, tree["B"], tree["B"])
    db.session.rollback()
    assert page(tree["B"]).former_children == [tree["C"], tree["E"]]


def test_pages_that_stood_below_each_other_are_destroyed_together(
    site: Site, alice: Person, bob: Person, tree: dict[str, int]
) -> None:
    throw_away(bob, tree["D"], tree["C"], tree["B"])
    with transaction():
        assert purge_pages(alice.actor, site.team, [tree["B"], tree["C"], tree["A"]]) == 2
    assert [db.session.get(Page, tree[title]) for title in "BC"] == [None, None]
    bring_back(alice, site, tree["D"])
    assert page(tree["D"]).parent_id == tree["Home"]
