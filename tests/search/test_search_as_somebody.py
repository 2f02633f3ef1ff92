"""Everyone finds what they may see, and learns nothing of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.doubles.memory_search import MemorySearch
from tests.people import Person, Site
from tests.search.conftest import Notes
from wiki import settings
from wiki.db import transaction
from wiki.permissions.actor import ANONYMOUS, Actor
from wiki.search import indexer, query
from wiki.search.backend import IndexMissing
from wiki.search.document import Order
from wiki.search.query import Answer, Asked


@pytest.fixture(autouse=True)
def written(notes: Notes, backend: MemorySearch, team: int, site: Site) -> None:
    """Two notes in TEAM and one in a space of nobody."""
    notes.write(1, "Release notes", "The secret word is zebra.", team)
    notes.write(2, "Another note", "It mentions a zebra as well, released yesterday.", team)
    notes.write(3, "Hidden zebra", "zebra zebra zebra", site.space("HIDDEN"))
    indexer.drain()


def search(actor: Actor, text: str, **more: object) -> Answer:
    return query.search(actor, replace(Asked(text), **more))  # type: ignore[arg-type]  # each test gives what it is about


def titles(answer: Answer) -> list[str]:
    return [result.shown.title for result in answer.results]


def test_alice_finds_what_stands_in_her_space(alice: Person) -> None:
    answer = search(alice.actor, "zebra")
    assert set(titles(answer)) == {"Release notes", "Another note"}
    assert answer.total == 2
    assert dict(answer.counts or {})["note"] == 2


def test_a_super_user_finds_everything(root: Person) -> None:
    assert search(root.actor, "zebra").total == 3


@pytest.mark.parametrize("text", ["zebra", "title:hidden", '"secret word"', "zeb*", "release -word"])
def test_charlie_and_strangers_find_and_learn_nothing(charlie: Person, text: str) -> None:
    for actor in (charlie.actor, ANONYMOUS):
        answer = search(actor, text)
        assert (answer.results, answer.total, sum((answer.counts or {}).values())) == ((), 0, 0)


def test_alice_cannot_look_into_a_hidden_space_by_asking_for_it(alice: Person, notes: Notes) -> None:
    assert search(alice.actor, "zebra", space_id=notes.living[3].space_id).total == 0


def test_a_note_that_moved_away_since_it_was_indexed_is_not_shown(alice: Person, notes: Notes) -> None:
    notes.living[1].space_id = notes.living[3].space_id
    assert titles(search(alice.actor, "zebra")) == ["Another note"]


def test_a_restricted_or_removed_note_is_not_shown(alice: Person, notes: Notes) -> None:
    notes.living[1].hidden_from.add(alice.user_id)
    del notes.living[2]
    assert titles(search(alice.actor, "zebra")) == []


def test_hits_are_rechecked_in_one_go(alice: Person, notes: Notes) -> None:
    notes.calls.clear()
    search(alice.actor, "zebra")
    assert notes.calls == ["present"]


def test_titles_and_excerpts_are_marked(alice: Person) -> None:
    (result,) = search(alice.actor, '"secret word" releases').results
    assert [segment.text for segment in result.title if segment.is_hit] == ["Release"]
    assert [segment.text for segment in result.excerpt if segment.is_hit] == ["secret word"]


def test_a_kind_whose_feature_is_off_vanishes(alice: Person, backend: MemorySearch) -> None:
    assert "letter" in (search(alice.actor, "zebra").counts or {})
    with transaction():
        settings.put("mail.enabled", False)
    assert "letter" not in (search(alice.actor, "zebra").counts or {})


def test_a_page_that_does_not_exist_is_the_nearest_or_empty(alice: Person) -> None:
    assert search(alice.actor, "zebra", page=-5).total == 2
    assert search(alice.actor, "zebra", page=10**9).results == ()


def test_results_can_be_ordered_by_date(alice: Person) -> None:
    assert search(alice.actor, "zebra", order=Order.DATE).total == 2


def test_a_refused_question_is_a_sentence(alice: Person) -> None:
    assert "star" in search(alice.actor, "*a*").trouble


def test_without_an_index_there_is_a_sentence(
    alice: Person, backend: MemorySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_query: object) -> None:
        raise IndexMissing("There is no search index yet.")

    monkeypatch.setattr(backend, "search", missing)
    answer = search(alice.actor, "zebra")
    assert answer.trouble.endswith(".")
    assert answer.results == ()
