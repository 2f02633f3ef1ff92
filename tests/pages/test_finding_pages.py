"""What search is told of pages."""

from __future__ import annotations

from tests.pages.helpers import write
from tests.people import Person, Site
from wiki.db import transaction
from wiki.pages.indexing import KIND
from wiki.pages.models import Page
from wiki.pages.service import Draft, edit_page
from wiki.pages.trash import trash_page


def test_a_page_is_found_by_its_words_and_its_authors(site: Site, bob: Person, alice: Person) -> None:
    page_id = write(bob, site.team, "Rafts", "Two **logs** and a [rope](http://example.org/).")
    with transaction() as session:
        edit_page(alice.actor, session.get_one(Page, page_id), Draft("Rafts", "Three **logs**."), seen_revision=1)
    (document,) = KIND.documents([page_id])
    assert (document.kind, document.id, document.version, document.space_id) == ("page", page_id, 2, site.team)
    assert (document.title, document.body) == ("Rafts", "Three logs.")
    assert set(document.people) == {"Alice", "alice", "Bob", "bob"}


def test_a_page_in_the_trash_is_not_found(site: Site, bob: Person) -> None:
    kept, gone = write(bob, site.team, "Rafts"), write(bob, site.team, "Ropes")
    with transaction() as session:
        trash_page(bob.actor, session.get_one(Page, gone))
    assert [document.id for document in KIND.documents([kept, gone])] == [kept]
    assert KIND.ids_after(0, 10) == [kept]
    assert set(KIND.present(bob.actor, [kept, gone])) == {kept}


def test_only_those_who_may_see_a_page_are_shown_it(site: Site, bob: Person, charlie: Person) -> None:
    page_id = write(bob, site.team, "Rafts", "Two logs.")
    assert KIND.present(charlie.actor, [page_id]) == {}
    shown = KIND.present(bob.actor, [page_id])[page_id]
    assert (shown.title, shown.text, shown.author, shown.space_name) == ("Rafts", "Two logs.", "Bob", "The TEAM space")
    with site.app.test_request_context("/"):
        assert site.app.url_for(shown.endpoint, **shown.values) == f"/spaces/TEAM/pages/{page_id}/rafts"
