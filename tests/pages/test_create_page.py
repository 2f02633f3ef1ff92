"""Writing new pages."""

from __future__ import annotations

import pytest

from tests.pages.helpers import address, outline, page, write
from tests.people import READER, Person, Site
from wiki.audit.models import Event
from wiki.db import transaction
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.pages import queries
from wiki.pages.models import Page, PageRevision
from wiki.pages.service import DEEPEST, Draft, create_page
from wiki.pages.trash import trash_page
from wiki.richtext.markdown import MAX_SIZE
from wiki.spaces.models import Space


def test_the_first_page_of_a_space_is_its_home_page(site: Site, bob: Person) -> None:
    text = bob.client.get("/spaces/TEAM").text
    assert "Write the first page" in text
    first = write(bob, site.team, "The crew")
    assert page(first).is_home
    assert "About The crew." in bob.client.get("/spaces/TEAM").text


def test_a_page_stands_below_the_home_page_unless_told_otherwise(site: Site, bob: Person) -> None:
    write(bob, site.team, "Home")
    rafts = write(bob, site.team, "Rafts")
    write(bob, site.team, "Ropes", parent=rafts)
    write(bob, site.team, "Locks")
    assert outline(site.team) == ["Home", ["Rafts", ["Ropes"], "Locks"]]


def test_bob_writes_a_page_with_the_form(site: Site, bob: Person) -> None:
    home = write(bob, site.team, "Home")
    form = bob.client.get(f"/spaces/TEAM/pages/new?parent={home}")
    assert f'name="parent" type="hidden" value="{home}"' in form.text
    sent = {"title": "  Knots  & hitches ", "source": "# Bowline\r\n\r\nAround.", "comment": "Began", "parent": home}
    answer = bob.client.post("/spaces/TEAM/pages/new", data=sent)
    assert answer.status_code == 303
    made = queries.by_titles(site.team, ["knots & HITCHES"])["knots & hitches"]
    assert answer.location == f"/spaces/TEAM/pages/{made.id}/knots-hitches"
    stored = page(made.id)
    assert (stored.title, stored.source, stored.parent_id) == ("Knots & hitches", "# Bowline\n\nAround.", home)
    revision = db.session.query(PageRevision).filter_by(page_id=made.id).one()
    assert (revision.number, revision.comment, revision.author_name) == (1, "Began", "bob")
    assert db.session.query(Event).filter_by(tag="page:created", subject=f"page:{made.id}").count() == 1


def test_a_link_to_a_missing_page_gives_its_title_to_the_form(site: Site, bob: Person) -> None:
    home = write(bob, site.team, "Home", "See [[Knots]].")
    text = bob.client.get(address(home, "/home-page")).text
    assert 'href="/spaces/TEAM/pages/new?title=Knots"' in text
    assert 'value="Knots"' in bob.client.get("/spaces/TEAM/pages/new?title=Knots").text


@pytest.mark.parametrize("title", ["HOME", " home\t", "Home\x00"])
def test_two_pages_of_a_space_never_have_the_same_title(site: Site, bob: Person, title: str) -> None:
    write(bob, site.team, "Home")
    answer = bob.client.post("/spaces/TEAM/pages/new", data={"title": title, "source": "What I *typed*"})
    assert answer.status_code == 422
    assert "Another page of this space has this title" in answer.text
    assert "What I *typed*" in answer.text
    assert outline(site.team) == ["Home"]


def test_the_same_title_is_free_in_another_space_and_after_the_trash(site: Site, bob: Person, root: Person) -> None:
    first = write(bob, site.team, "Home")
    write(root, site.space("OTHER"), "Home")
    with transaction() as session:
        trash_page(bob.actor, session.get_one(Page, first))
    write(bob, site.team, "Home")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": "", "source": "x"}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "ŉ" * 200}, "title"),
        ({"title": "x", "source": "x" * (MAX_SIZE + 1)}, "source"),
        ({"title": "x", "source": "€" * (MAX_SIZE // 3 + 1)}, "source"),
        ({"title": "x", "source": "[" * 30_000}, "source"),
        ({"title": "x", "source": "kept", "comment": "y" * 256}, "comment"),
    ],
)
def test_a_page_that_cannot_be_taken_comes_back(site: Site, bob: Person, sent: dict[str, str], field: str) -> None:
    answer = bob.client.post("/spaces/TEAM/pages/new", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert outline(site.team) == []


def test_nuls_and_foreign_line_ends_are_no_text(site: Site, bob: Person) -> None:
    page_id = write(bob, site.team, "Home\x00\u202eevil\nend", "a\r\nb\rc\x00d")
    assert (page(page_id).title, page(page_id).source) == ("Home evil end", "a\nb\ncd")


def test_a_preview_saves_nothing_and_keeps_what_was_typed(site: Site, bob: Person) -> None:
    sent = {"title": "Knots", "source": "A **bowline**", "preview": "1"}
    answer = bob.client.post("/spaces/TEAM/pages/new", data=sent)
    assert answer.status_code == 200
    assert "A <strong>bowline</strong>" in answer.text
    assert 'value="Knots"' in answer.text
    assert outline(site.team) == []


def test_the_script_of_the_form_gets_a_fragment(site: Site, bob: Person) -> None:
    write(bob, site.team, "Home")
    answer = bob.client.post("/spaces/TEAM/pages/preview", data={"source": "To [[Home]] <script>x</script>"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "<script>" not in answer.text
    assert 'href="/spaces/TEAM/pages/' in answer.text


def test_a_preview_of_too_much_says_so(bob: Person) -> None:
    answer = bob.client.post("/spaces/TEAM/pages/preview", data={"source": "x" * (MAX_SIZE + 1)})
    assert answer.status_code == 200
    assert "KB of text" in answer.text


def test_pages_are_nested_so_deep_and_no_deeper(site: Site, bob: Person) -> None:
    below = None
    for level in range(DEEPEST):
        below = write(bob, site.team, f"Level {level}", parent=below)
    with pytest.raises(Conflict):
        write(bob, site.team, "One more", parent=below)
    answer = bob.client.post("/spaces/TEAM/pages/new", data={"title": "One more", "source": "kept", "parent": below})
    assert answer.status_code == 409
    assert "kept" in answer.text
    assert bob.client.get(address(below or 0, f"/level-{DEEPEST - 1}")).status_code == 200


def test_a_parent_that_is_gone_or_elsewhere_is_the_home_page(site: Site, bob: Person, root: Person) -> None:
    home = write(bob, site.team, "Home")
    elsewhere = write(root, site.space("OTHER"), "Elsewhere")
    for number, parent in enumerate((elsewhere, 999, "abc", "")):
        bob.client.post("/spaces/TEAM/pages/new", data={"title": f"P{number}", "source": "", "parent": parent})
    assert outline(site.team) == ["Home", ["P0", "P1", "P2", "P3"]]
    assert home


def test_the_service_refuses_a_parent_of_another_space(site: Site, bob: Person, root: Person) -> None:
    elsewhere = write(root, site.space("OTHER"), "Elsewhere")
    with transaction() as session, pytest.raises(Conflict):
        space, parent = session.get_one(Space, site.team), session.get_one(Page, elsewhere)
        create_page(bob.actor, space, Draft("Lost", ""), parent)


def test_readers_do_not_write(site: Site, charlie: Person) -> None:
    site.allow(charlie, site.team, READER)
    with pytest.raises(NotAllowed):
        write(charlie, site.team, "Mine")
    assert charlie.client.post("/spaces/TEAM/pages/new", data={"title": "Mine"}).status_code == 403


def test_whoever_was_signed_out_while_writing_gets_the_text_back(site: Site, bob: Person) -> None:
    browser = site.app.test_client()
    answer = browser.post("/spaces/TEAM/pages/new", data={"title": "Mine", "source": "An hour of work"})
    assert answer.status_code == 403
    assert "An hour of work" in answer.text
    assert outline(site.team) == []
    assert browser.post("/spaces/TEAM/pages/new", data={}).status_code == 404


def test_invalid_names_every_problem(site: Site, bob: Person) -> None:
    with pytest.raises(Invalid) as refusal:
        write(bob, site.team, " ", "x" * (MAX_SIZE + 1))
    assert set(refusal.value.errors) == {"title", "source"}
