"""Moving pages in the tree, with all that is below them."""

from __future__ import annotations

import pytest

from tests.pages.helpers import address, outline, page, write
from tests.people import READER, Person, Site
from wiki.db import transaction
from wiki.errors import Conflict, NotAllowed
from wiki.pages.models import Page
from wiki.pages.service import DEEPEST, Place, make_home, move_page


@pytest.fixture
def tree(site: Site, bob: Person) -> dict[str, int]:
    """Home > A, B > (C > D), E in TEAM."""
    ids: dict[str, int] = {}
    for title, parent in (("Home", ""), ("A", ""), ("B", ""), ("C", "B"), ("D", "C"), ("E", "")):
        ids[title] = write(bob, site.team, title, parent=ids.get(parent))
    return ids


def move(who: Person, page_id: int, parent: int | None, before: int | None = None, after: int | None = None) -> None:
    with transaction() as session:
        above = session.get_one(Page, parent) if parent else None
        move_page(who.actor, session.get_one(Page, page_id), Place(above, before, after))


def test_a_page_moves_with_all_that_is_below_it(site: Site, bob: Person, tree: dict[str, int]) -> None:
    move(bob, tree["C"], tree["A"])
    assert outline(site.team) == ["Home", ["A", ["C", ["D"]], "B", "E"]]


def test_a_page_takes_its_place_before_or_after_another(site: Site, bob: Person, tree: dict[str, int]) -> None:
    move(bob, tree["E"], tree["Home"], before=tree["A"])
    assert outline(site.team) == ["Home", ["E", "A", "B", ["C", ["D"]]]]
    move(bob, tree["E"], tree["Home"], after=tree["A"])
    assert outline(site.team) == ["Home", ["A", "E", "B", ["C", ["D"]]]]
    move(bob, tree["A"], tree["Home"])
    assert outline(site.team) == ["Home", ["E", "B", ["C", ["D"]], "A"]]


def test_a_sibling_that_is_not_there_means_the_last_place(site: Site, bob: Person, tree: dict[str, int]) -> None:
    move(bob, tree["A"], tree["B"], before=tree["D"])
    assert outline(site.team) == ["Home", ["B", ["C", ["D"], "A"], "E"]]


def test_a_page_can_stand_at_the_top_beside_the_home_page(site: Site, bob: Person, tree: dict[str, int]) -> None:
    move(bob, tree["B"], None)
    assert outline(site.team) == ["Home", ["A", "E"], "B", ["C", ["D"]]]


@pytest.mark.parametrize("target", ["B", "C", "D"])
def test_no_page_moves_below_itself(site: Site, bob: Person, tree: dict[str, int], target: str) -> None:
    with pytest.raises(Conflict):
        move(bob, tree["B"], tree[target])
    answer = bob.client.post(address(tree["B"], "/move"), data={"to": tree[target]})
    assert answer.status_code == 409
    assert outline(site.team) == ["Home", ["A", "B", ["C", ["D"]], "E"]]


def test_the_home_page_stays_at_the_top(bob: Person, tree: dict[str, int]) -> None:
    with pytest.raises(Conflict):
        move(bob, tree["Home"], tree["A"])


def test_a_page_stays_in_its_space(site: Site, bob: Person, root: Person, tree: dict[str, int]) -> None:
    elsewhere = write(root, site.space("OTHER"), "Elsewhere")
    with pytest.raises(Conflict):
        move(bob, tree["A"], elsewhere)
    assert bob.client.post(address(tree["A"], "/move"), data={"to": elsewhere}).status_code == 409


def test_a_branch_never_gets_deeper_than_pages_may_be_nested(site: Site, bob: Person, tree: dict[str, int]) -> None:
    below = tree["A"]
    for level in range(DEEPEST - 4):
        below = write(bob, site.team, f"Level {level}", parent=below)
    move(bob, tree["E"], below)
    with pytest.raises(Conflict):
        move(bob, tree["B"], below)


def test_bob_walks_to_the_new_place(site: Site, bob: Person, tree: dict[str, int]) -> None:
    start = bob.client.get(address(tree["E"], "/move")).text
    assert "Below Home" in start
    assert f'href="{address(tree["E"], "/move")}?to={tree["B"]}"' in start
    inside = bob.client.get(address(tree["E"], f"/move?to={tree['B']}")).text
    assert f'value="before-{tree["C"]}"' in inside
    answer = bob.client.post(address(tree["E"], "/move"), data={"to": tree["B"], "place": f"before-{tree['C']}"})
    assert (answer.status_code, answer.location) == (303, address(tree["E"], "/e"))
    assert outline(site.team) == ["Home", ["A", "B", ["E", "C", ["D"]]]]


def test_bob_finds_the_new_place_by_its_title(bob: Person, tree: dict[str, int]) -> None:
    text = bob.client.get(address(tree["E"], "/move?title=c")).text
    assert f'?to={tree["C"]}"' in text


def test_nobody_is_offered_a_place_below_the_page_itself(bob: Person, tree: dict[str, int]) -> None:
    text = bob.client.get(address(tree["B"], f"/move?to={tree['D']}")).text
    assert "cannot be moved below itself" in text
    assert "Move here" not in text


def test_readers_move_nothing(site: Site, charlie: Person, tree: dict[str, int]) -> None:
    site.allow(charlie, site.team, READER)
    with pytest.raises(NotAllowed):
        move(charlie, tree["A"], tree["B"])


def test_moving_makes_no_revision(bob: Person, tree: dict[str, int]) -> None:
    before = page(tree["A"]).updated_at
    move(bob, tree["A"], tree["B"])
    assert (page(tree["A"]).revision, page(tree["A"]).updated_at) == (1, before)


def test_alice_chooses_another_home_page(site: Site, alice: Person, bob: Person, tree: dict[str, int]) -> None:
    assert bob.client.post(address(tree["C"], "/home")).status_code == 403
    assert alice.client.post(address(tree["C"], "/home")).location == "/spaces/TEAM"
    assert page(tree["C"]).is_home
    assert not page(tree["Home"]).is_home
    assert outline(site.team) == ["C", ["D"], "Home", ["A", "B", "E"]]
    with transaction() as session, pytest.raises(NotAllowed):
        make_home(bob.actor, session.get_one(Page, tree["A"]))
