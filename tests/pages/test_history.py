"""What a page said before."""

from __future__ import annotations

import pytest

from tests.pages.helpers import address, write
from tests.people import READER, Person, Site
from wiki.db import transaction
from wiki.pages.models import Page
from wiki.pages.service import Draft, edit_page


@pytest.fixture
def rafts(site: Site, bob: Person, alice: Person) -> int:
    """The page "Rafts" in three revisions, by two people."""
    page_id = write(bob, site.team, "Rafts", "Two logs.\nOne rope.")
    for who, draft in (
        (alice, Draft("River rafts", "Two logs.\nTwo ropes.", "A rope")),
        (bob, Draft("Rafts", "Sunk.")),
    ):
        with transaction() as session:
            page = session.get_one(Page, page_id)
            edit_page(who.actor, page, draft, seen_revision=page.revision)
    return page_id


def test_the_history_tells_who_changed_what_and_when(site: Site, charlie: Person, rafts: int) -> None:
    site.allow(charlie, site.team, READER)
    text = charlie.client.get(address(rafts, "/history")).text
    main = text[text.index("<main") :]
    assert main.index("/history/3") < main.index("/history/2") < main.index("/history/1")
    for words in ("A rope", "Alice", "Bob", "as “River rafts”", "current"):
        assert words in main


def test_an_old_revision_is_shown_as_it_was(bob: Person, rafts: int) -> None:
    text = bob.client.get(address(rafts, "/history/2")).text
    assert "Two ropes." in text
    assert "This is revision 2 of 3, which Alice saved" in text
    assert "Restore this revision" in text
    assert "Restore this revision" not in bob.client.get(address(rafts, "/history/3")).text


def test_readers_are_not_offered_to_restore(site: Site, charlie: Person, rafts: int) -> None:
    site.allow(charlie, site.team, READER)
    assert "Restore this revision" not in charlie.client.get(address(rafts, "/history/2")).text


def test_two_revisions_are_compared_by_lines_and_words(bob: Person, rafts: int) -> None:
    text = bob.client.get(address(rafts, "/history/compare?from=1&to=2")).text
    assert "<del>One</del>" in text
    assert "<ins>Two</ins>" in text
    assert "<del>Rafts</del> <ins>River rafts</ins>" in text
    assert bob.client.get(address(rafts, "/history/compare?from=2&to=1")).text.count("<ins>Two</ins>") == 1


def test_the_last_change_is_compared_unless_told_otherwise(bob: Person, rafts: int) -> None:
    text = bob.client.get(address(rafts, "/history/compare")).text
    assert "revision 2" in text
    assert "revision 3" in text


@pytest.mark.parametrize(
    "rest", ["/history/4", "/history/0", "/history/compare?from=1&to=9", "/history/compare?from=-1"]
)
def test_revisions_that_never_were_are_not_found(bob: Person, rafts: int, rest: str) -> None:
    assert bob.client.get(address(rafts, rest)).status_code == 404


def test_a_long_history_goes_on_over_pages(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Log", "0")
    for number in range(1, 52):
        with transaction() as session:
            edit_page(bob.actor, session.get_one(Page, page_id), Draft("Log", str(number)), seen_revision=number)
    first = bob.client.get(address(page_id, "/history")).text
    assert "before=3" in first
    assert address(page_id, "/history/2") in bob.client.get(address(page_id, "/history?before=3")).text


def test_markup_in_an_old_text_stays_text(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Evil", "<img src=x onerror=alert(1)>")
    with transaction() as session:
        edit_page(bob.actor, session.get_one(Page, page_id), Draft("Evil", "</ins><script>x</script>"), seen_revision=1)
    for rest in ("/history/1", "/history/compare"):
        text = bob.client.get(address(page_id, rest)).text
        assert "<img src=x" not in text
        assert "<script>x" not in text
