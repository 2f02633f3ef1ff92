"""Reading pages."""

from __future__ import annotations

from tests.pages.helpers import address, write
from tests.people import READER, Person, Site
from wiki.db import transaction
from wiki.pages import queries
from wiki.pages.indexing import KIND
from wiki.pages.models import Page
from wiki.pages.service import Draft, edit_page


def test_a_page_is_shown_as_safe_html_with_who_wrote_it(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Rafts", "Two **logs** <script>alert(1)</script>")
    text = bob.client.get(address(page_id, "/rafts")).text
    assert "Two <strong>logs</strong>" in text
    assert "<script>alert" not in text
    assert "Bob created this" in text
    assert "<title>Rafts · The TEAM space · Postroom</title>" in " ".join(text.split())


def test_the_way_down_to_the_page_is_told(site: Site, bob: Person) -> None:
    write(bob, site.team, "Home")
    rafts = write(bob, site.team, "Rafts")
    ropes = write(bob, site.team, "Ropes", parent=rafts)
    text = bob.client.get(address(ropes, "/ropes")).text
    trail = text[text.index('class="breadcrumbs"') : text.index("</nav>", text.index('class="breadcrumbs"'))]
    assert trail.index("The TEAM space") < trail.index("Rafts")
    assert "Home" not in trail


def test_readers_are_offered_nothing_that_is_denied(site: Site, bob: Person, charlie: Person) -> None:
    site.allow(charlie, site.team, READER)
    page_id = write(bob, site.team, "Rafts")
    text = charlie.client.get(address(page_id, "/rafts")).text
    for rest in ("/edit", "/move", "/trash", "/home"):
        assert address(page_id, rest) not in text
        assert address(page_id, rest).split("?")[0] not in text
    assert address(page_id, "/history") in text


def test_the_number_decides_and_the_words_are_for_people(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Žluté vory")
    answer = bob.client.get(address(page_id, "/something-else"))
    assert answer.status_code == 302
    assert bob.client.get(answer.location).status_code == 200


def test_a_page_called_history_can_be_read(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "History", "Long ago.")
    answer = bob.client.get(address(page_id))
    assert "Long ago." in bob.client.get(answer.location).text


def test_a_page_of_another_space_is_not_here(site: Site, bob: Person, root: Person) -> None:
    elsewhere = write(root, site.space("OTHER"), "Elsewhere")
    assert root.client.get(address(elsewhere, "/elsewhere")).status_code == 404


def test_what_changed_last_in_the_spaces_one_sees(site: Site, bob: Person, charlie: Person, root: Person) -> None:
    rafts = write(bob, site.team, "Rafts")
    write(bob, site.team, "Ropes")
    write(root, site.space("OTHER"), "Hidden")
    with transaction() as session:
        edit_page(bob.actor, session.get_one(Page, rafts), Draft("Rafts", "Three."), seen_revision=1)
    found = queries.recent(bob.actor, 10)
    assert [(each.title, each.author, each.is_new) for each in found] == [
        ("Rafts", "Bob", False),
        ("Ropes", "Bob", True),
    ]
    assert queries.recent(charlie.actor, 10) == []
    assert [each.title for each in queries.recent(root.actor, 1)] == ["Rafts"]


def test_the_pages_of_a_space_are_a_directory(site: Site, bob: Person) -> None:
    write(bob, site.team, "Home")
    rafts = write(bob, site.team, "Rafts")
    write(bob, site.team, "Ropes", parent=rafts)
    top = bob.client.get("/spaces/TEAM/pages").text
    main = top[top.index("<main") :]
    assert "Rafts" in main
    assert f"/spaces/TEAM/pages?parent={rafts}" in main
    assert "Ropes" in bob.client.get(f"/spaces/TEAM/pages?parent={rafts}").text
    found = bob.client.get("/spaces/TEAM/pages?title=rop").text
    assert "Ropes" in found[found.index("<main") :]
    assert bob.client.get("/spaces/TEAM/pages?parent=999").status_code == 404
    assert "No title has these words" in bob.client.get("/spaces/TEAM/pages?title=%25").text


def test_a_long_directory_goes_on_over_pages(site: Site, bob: Person) -> None:
    home = write(bob, site.team, "Home")
    for number in range(101):
        write(bob, site.team, f"Log {number:03}", parent=home)
    first = bob.client.get("/spaces/TEAM/pages").text
    first = first[first.index('class="page-content"') : first.index('class="page-aside"')]
    assert "Log 099" in first
    assert "Log 100" not in first
    assert "Log 100" in bob.client.get("/spaces/TEAM/pages?page=2").text


def test_an_empty_space_offers_the_first_page_to_those_who_may_write_it(
    site: Site, bob: Person, charlie: Person
) -> None:
    site.allow(charlie, site.team, READER)
    assert "/spaces/TEAM/pages/new" in bob.client.get("/spaces/TEAM/pages").text
    assert "/spaces/TEAM/pages/new" not in charlie.client.get("/spaces/TEAM/pages").text


def test_a_page_that_is_more_than_is_rendered_is_shown_as_written(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Rafts")
    with transaction() as session:
        session.get_one(Page, page_id).source = "<b>" + "[" * 30_000  # as a restored backup might hold it
    answer = bob.client.get(address(page_id, "/rafts"))
    assert answer.status_code == 200
    assert "&lt;b&gt;[[[" in answer.text
    assert KIND.documents([page_id])[0].body.startswith("<b>[[[")
