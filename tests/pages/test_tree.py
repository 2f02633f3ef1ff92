"""The page tree beside a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import insert

from tests.pages.conftest import Counted
from tests.pages.helpers import address, page, write
from tests.people import Person, Site
from wiki import clock
from wiki.db import transaction
from wiki.extensions import db
from wiki.pages import tree
from wiki.pages.models import Page
from wiki.pages.service import Place, move_page
from wiki.pages.tree import Node
from wiki.spaces.models import Space


@contextmanager
def request_of(site: Site) -> Iterator[None]:
    with site.app.test_request_context("/"):
        yield


def drawn(site: Site, page_id: int | None = None) -> list[Node]:
    with request_of(site):
        space = db.session.get_one(Space, site.team)
        return tree.build(space, db.session.get_one(Page, page_id) if page_id else None)


def shape(nodes: tuple[Node, ...] | list[Node]) -> list[object]:
    found: list[object] = []
    for node in nodes:
        found.append(node.title + ("*" if node.is_current else "") + ("+" if node.has_children else ""))
        if node.children:
            found.append(shape(node.children))
    return found


def many(site: Site, parent_id: int, number: int) -> list[int]:
    """Add many pages below one, faster than people could."""
    now = clock.now()
    rows = [
        {
            "space_id": site.team,
            "parent_id": parent_id,
            "position": position,
            "title": f"P{parent_id}-{position:05}",
            "live_title": f"p{parent_id}-{position:05}",
            "source": "",
            "revision": 1,
            "created_at": now,
            "updated_at": now,
            "former_children": [],
        }
        for position in range(1, number + 1)
    ]
    with transaction() as session:
        session.execute(insert(Page), rows)
        first = session.query(Page.id).filter_by(parent_id=parent_id).order_by(Page.position)
        return [row.id for row in first]


@pytest.fixture
def pages(site: Site, bob: Person) -> dict[str, int]:
    """Home > A > (B > C, D), E in TEAM, and Top beside Home."""
    ids: dict[str, int] = {}
    for title, parent in (("Home", ""), ("A", ""), ("B", "A"), ("C", "B"), ("D", "A"), ("E", ""), ("Top", "")):
        ids[title] = write(bob, site.team, title, parent=ids.get(parent))
    with transaction() as session:
        move_page(bob.actor, session.get_one(Page, ids["Top"]), Place(None))
    return ids


def test_the_home_page_stands_first_and_what_is_below_it_beside_it(site: Site, pages: dict[str, int]) -> None:
    assert shape(drawn(site)) == ["Home", "A+", "E", "Top"]
    assert shape(drawn(site, pages["Home"])) == ["Home*", "A+", "E", "Top"]


def test_the_tree_is_open_along_the_path_to_the_page(site: Site, pages: dict[str, int]) -> None:
    assert shape(drawn(site, pages["B"])) == ["Home", "A+", ["B*+", ["C"], "D"], "E", "Top"]
    assert shape(drawn(site, pages["C"])) == ["Home", "A+", ["B+", ["C*"], "D"], "E", "Top"]
    assert [node.is_open for node in drawn(site, pages["C"])] == [False, True, False, False]


def test_a_space_without_a_home_page_has_its_top_pages(site: Site, pages: dict[str, int]) -> None:
    with transaction() as session:
        session.get_one(Page, pages["Home"]).home_of_id = None
    assert shape(drawn(site)) == ["Home+", "Top"]


def test_an_empty_space_has_no_tree(site: Site, alice: Person) -> None:
    assert drawn(site) == []


def test_a_large_space_is_drawn_in_part_and_says_so(site: Site, pages: dict[str, int]) -> None:
    ids = many(site, pages["Home"], 3_000)
    current = ids[2_500]
    nodes = drawn(site, current)
    assert len(nodes) <= tree.MOST_NODES + 5
    assert [node.title for node in nodes if node.is_current] == [page(current).title]
    assert nodes[-2].title == "More pages…"
    assert nodes[-2].url == f"/spaces/TEAM/pages?parent={pages['Home']}"


def test_the_tree_costs_the_same_however_large_the_space_is(
    site: Site, pages: dict[str, int], count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    ids = many(site, pages["Home"], 500)
    deep = many(site, ids[400], 300)
    db.session.rollback()
    with count_queries() as counted:
        drawn(site, deep[250])
    assert counted.number <= 8


def test_themes_draw_the_tree_with_the_current_page_marked(site: Site, bob: Person, pages: dict[str, int]) -> None:
    text = bob.client.get(address(pages["C"], "/c")).text
    start = text.index('class="tree"')
    assert f'href="{address(pages["C"], "/c")}" aria-current="page"' in text[start:]
