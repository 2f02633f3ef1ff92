"""Links between pages, within the reader's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from tests.pages.conftest import Counted
from tests.pages.helpers import address, write
from tests.people import READER, Person, Site
from wiki.extensions import db
from wiki.pages import render
from wiki.pages.links import addresses
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def html(actor: Actor, space_id: int, source: str) -> str:
    return str(render.html(actor, db.session.get_one(Space, space_id), source))


def test_a_link_leads_to_the_page_of_that_title_in_any_case(site: Site, bob: Person) -> None:
    home = write(bob, site.team, "Home")
    made = html(bob.actor, site.team, "[[home]], [[ HOME |come in]] and `[[Home]]`")
    assert made.count(f'href="{address(home, "/home-page")}"') == 2
    assert ">come in</a>" in made


def test_a_link_leads_to_another_space_for_those_who_see_it(site: Site, bob: Person, root: Person) -> None:
    other = site.space("RIVER")
    plan = write(root, other, "The plan")
    source = "[[river:The Plan]]"
    assert f"/spaces/RIVER/pages/{plan}/the-plan" in html(root.actor, site.team, source)
    assert "/spaces/RIVER" not in html(bob.actor, site.team, source)
    hidden = html(bob.actor, site.team, source)
    assert hidden.replace("The+Plan", "No+Plan").replace("The Plan", "No Plan") == html(
        bob.actor, site.team, "[[river:No Plan]]"
    )


def test_a_title_with_a_colon_is_a_title_first(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "RFC: deadlines")
    assert address(page_id, "/rfc-deadlines") in html(bob.actor, site.team, "[[RFC: deadlines]]")


def test_a_link_to_nothing_leads_writers_to_the_form_and_readers_nowhere(
    site: Site, bob: Person, charlie: Person
) -> None:
    site.allow(charlie, site.team, READER)
    assert 'href="/spaces/TEAM/pages/new?title=Knots"' in html(bob.actor, site.team, "[[Knots]]")
    assert "href" not in html(charlie.actor, site.team, "[[Knots]]")


@pytest.mark.parametrize("source", ["[[" * 50_000, "[[a" * 30_000, "[[a:" * 30_000 + "]]" * 30_000, "]]" * 50_000])
def test_broken_links_take_no_time(site: Site, bob: Person, source: str) -> None:
    assert addresses(bob.actor, db.session.get_one(Space, site.team), source) == {}


def test_many_links_are_one_question(
    site: Site, bob: Person, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    pages = [write(bob, site.team, f"Page {number}") for number in range(8)]
    source = " ".join(f"[[Page {number}]]" for number in range(8))
    space = db.session.get_one(Space, site.team)
    with count_queries() as counted:
        found = addresses(bob.actor, space, source)
    assert len(found) == len(pages)
    assert counted.number <= 2
