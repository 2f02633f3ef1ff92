"""What every search backend must do besides finding words: change, keep rights, count, order, refuse, rebuild."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contracts.searching import BEGINNING, OTHER, TEAM, ask, found, mail, marked, page
from wiki.search.backend import QueryRefused, SearchBackend
from wiki.search.document import Order

# Putting, replacing, dropping


def test_what_was_put_is_found_at_once(backend: SearchBackend) -> None:
    backend.put([page(1, "Release notes")])
    assert found(backend, "release") == {"page:1"}


def test_the_same_key_put_again_replaces_what_was_there(backend: SearchBackend) -> None:
    backend.put([page(1, "Old title")])
    backend.put([page(1, "New title")])
    assert found(backend, "old") == set()
    assert found(backend, "title") == {"page:1"}
    assert ask(backend, "title").total == 1


def test_the_same_key_twice_in_one_batch_is_one_document_and_the_last_wins(backend: SearchBackend) -> None:
    backend.put([page(1, "First draft"), page(1, "Second draft")])
    assert ask(backend, "draft").total == 1
    assert found(backend, "first") == set()


def test_what_was_dropped_is_not_found_and_unknown_keys_are_no_error(backend: SearchBackend) -> None:
    backend.put([page(1, "Here"), page(2, "Here too")])
    backend.drop(["page:1", "page:77", "nonsense"])
    assert found(backend, "here") == {"page:2"}


def test_a_page_and_a_mail_of_the_same_number_are_two_things(backend: SearchBackend) -> None:
    backend.put([page(1, "Budget"), mail(1, "Budget")])
    backend.drop(["mail:1"])
    assert found(backend, "budget") == {"page:1"}


def test_putting_and_dropping_in_one_go(backend: SearchBackend) -> None:
    backend.put([page(1, "Alpha"), page(2, "Alpha")])
    backend.apply([page(3, "Alpha")], ["page:1"])
    assert found(backend, "alpha") == {"page:2", "page:3"}


def test_many_small_changes_leave_exactly_what_was_put_last(backend: SearchBackend) -> None:
    for round_number in range(30):
        backend.put([page(round_number % 7, f"Round {round_number}", "common")])
    assert ask(backend, "common").total == 7
    assert found(backend, "round 29") == {"page:1"}
    assert found(backend, "22") == set()


def test_entries_tell_every_key_with_its_version(backend: SearchBackend) -> None:
    backend.put([page(1, version=4), mail(2, version=9)])
    backend.put([page(1, version=5), page(3)])
    backend.drop(["page:3"])
    assert sorted(backend.entries()) == [("mail:2", 9), ("page:1", 5)]


# Rights, kinds, order, pages


def test_nothing_of_another_space_is_in_hits_or_counts(backend: SearchBackend) -> None:
    backend.put([page(1, "Secret plan", space_id=OTHER), page(2, "Open plan"), mail(3, "Secret", space_id=OTHER)])
    seen = ask(backend, "plan OR secret", spaces=[TEAM])
    assert [hit.id for hit in seen.hits] == [2]
    assert seen.total == 1
    assert seen.per_kind_counts == {"page": 1, "mail": 0}


@pytest.mark.parametrize(
    "asked", ["secret", '"secret plan"', "secr*", "secret OR zebra", "plan -zebra", "title:secret"]
)
def test_somebody_who_may_see_no_space_finds_nothing(backend: SearchBackend, asked: str) -> None:
    backend.put([page(1, "Secret plan", "secret")])
    seen = ask(backend, asked, spaces=[])
    assert (seen.hits, seen.total, seen.per_kind_counts) == ((), 0, {"page": 0, "mail": 0})


def test_a_thing_that_moved_to_another_space_is_seen_only_there(backend: SearchBackend) -> None:
    backend.put([page(1, "Wanderer")])
    backend.put([page(1, "Wanderer", space_id=OTHER)])
    assert found(backend, "wanderer", spaces=[TEAM]) == set()
    assert found(backend, "wanderer", spaces=[OTHER]) == {"page:1"}


def test_kinds_bound_the_hits_while_counts_tell_of_all_kinds(backend: SearchBackend) -> None:
    backend.put([page(1, "Budget"), mail(2, "Budget"), mail(3, "Budget")])
    seen = ask(backend, "budget", kinds=frozenset({"page"}))
    assert [hit.kind for hit in seen.hits] == ["page"]
    assert seen.total == 1
    assert seen.per_kind_counts == {"page": 1, "mail": 2}


def test_a_kind_that_is_switched_off_is_in_neither(backend: SearchBackend) -> None:
    backend.put([page(1, "Budget"), mail(2, "Budget")])
    only = frozenset({"page"})
    seen = ask(backend, "budget", kinds=only, all_kinds=only)
    assert seen.total == 1
    assert seen.per_kind_counts == {"page": 1}


def test_a_title_counts_more_than_a_body_and_often_more_than_once(backend: SearchBackend) -> None:
    filling = "other words " * 20
    backend.put(
        [
            page(1, "Something", f"zebra {filling}", date=BEGINNING),
            page(2, "Zebra", filling, date=BEGINNING),
            page(3, "Something", f"zebra zebra {filling}", date=BEGINNING),
        ]
    )
    assert [hit.id for hit in ask(backend, "zebra").hits] == [2, 3, 1]


def test_a_word_of_ones_own_counts_more_than_one_that_is_quoted(backend: SearchBackend) -> None:
    own, others = "own words " * 20, "other words " * 200
    backend.put(
        [
            mail(1, "Something", f"zebra {own}", quoted=others, date=BEGINNING),
            mail(2, "Something", own, quoted=f"zebra {own}", date=BEGINNING + timedelta(days=400)),
            mail(3, "Something", own, quoted=others, date=BEGINNING),
        ]
    )
    assert [hit.id for hit in ask(backend, "zebra").hits] == [1, 2]


def test_a_phrase_does_not_run_from_the_body_into_what_it_quotes(backend: SearchBackend) -> None:
    backend.put([mail(1, body="the annual", quoted="report"), mail(2, body="no", quoted="the annual report")])
    assert found(backend, '"annual report"') == {"mail:2"}
    assert found(backend, "annual report") == {"mail:1", "mail:2"}


def test_of_two_that_are_equally_good_the_newer_comes_first(backend: SearchBackend) -> None:
    backend.put([page(1, "Zebra", date=BEGINNING), page(2, "Zebra", date=BEGINNING + timedelta(days=400))])
    assert [hit.id for hit in ask(backend, "zebra").hits] == [2, 1]


def test_order_by_date_is_newest_first_whatever_the_words(backend: SearchBackend) -> None:
    backend.put([page(3, "zebra"), page(1, "zebra zebra"), page(2, body="one zebra in a long text " * 9)])
    backend.put([page(4, "Zebra")])
    assert [hit.id for hit in ask(backend, "zebra", order=Order.DATE).hits] == [4, 3, 2, 1]


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gap_or_repetition(backend: SearchBackend, order: Order) -> None:
    backend.put([page(number, "Zebra " * (number % 5 + 1)) for number in range(45)])
    pages = [ask(backend, "zebra", order=order, offset=offset, limit=20) for offset in (0, 20, 40, 60)]
    assert [len(each.hits) for each in pages] == [20, 20, 5, 0]
    assert len({hit.id for each in pages for hit in each.hits}) == 45
    assert {each.total for each in pages} == {45}


# Questions that are none


@pytest.mark.parametrize("asked", ["", "   ", "\n\t"])
def test_an_empty_question_finds_nothing(backend: SearchBackend, asked: str) -> None:
    backend.put([page(1, "Something")])
    seen = ask(backend, asked)
    assert (seen.hits, seen.total, seen.per_kind_counts) == ((), 0, {"page": 0, "mail": 0})


@pytest.mark.parametrize("asked", ["???", "-only", "*a*", "ab*", "x" * 201, "a b c d e f g h i", "y" * 41, "a OR -b"])
def test_a_question_that_no_engine_should_be_asked_is_refused_with_a_sentence(
    backend: SearchBackend, asked: str
) -> None:
    with pytest.raises(QueryRefused, match=r"^[A-Z].*\.$"):
        ask(backend, asked)


def test_an_empty_index_answers_every_question(backend: SearchBackend) -> None:
    for asked in ("zebra", '"two words"', "zeb*", "tea -milk", "from:alice"):
        assert ask(backend, asked).total == 0


# Excerpts


def test_an_excerpt_shows_where_the_words_stand_close_together(backend: SearchBackend) -> None:
    body = "filling " * 300 + "tea alone. " + "filling " * 300 + "tea with lemons and sugar. " + "filling " * 300
    excerpt = backend.excerpt("lemon tea", body)
    assert marked(excerpt) == ["tea", "lemons"]
    assert 180 < sum(len(segment.text) for segment in excerpt) < 300


def test_an_excerpt_without_a_hit_is_the_beginning(backend: SearchBackend) -> None:
    excerpt = backend.excerpt("zebra", "The first words.\n\n" + "More of them. " * 100)
    assert excerpt[0].text.startswith("The first words. More")
    assert marked(excerpt) == []


def test_a_whole_title_is_shown_with_its_hits(backend: SearchBackend) -> None:
    segments = backend.highlight("note", "Release notes & <b>notes</b>")
    assert "".join(segment.text for segment in segments) == "Release notes & <b>notes</b>"
    assert marked(segments) == ["notes", "notes"]


# Many at once


def test_a_load_replaces_adds_and_drops_in_one_commit(backend: SearchBackend) -> None:
    backend.put([page(1, "Zebra old"), page(2, "Zebra gone"), page(3, "Zebra stays")])
    with backend.load() as loader:
        loader.put([page(1, "Zebra new")])
        loader.drop(["page:2", "page:99"])
        loader.put([page(4, "Zebra too")])
        assert found(backend, "zebra") == {"page:1", "page:2", "page:3"}
    assert found(backend, "zebra") == {"page:1", "page:3", "page:4"}
    assert found(backend, "old") == set()


def test_a_load_that_fails_changes_nothing(backend: SearchBackend) -> None:
    backend.put([page(1, "Zebra")])
    with pytest.raises(ZeroDivisionError), backend.load() as loader:
        loader.put([page(2, "Zebra")])
        loader.drop(["page:1"])
        raise ZeroDivisionError
    assert found(backend, "zebra") == {"page:1"}


# Generations


def test_a_rebuild_replaces_everything_at_its_end(backend: SearchBackend) -> None:
    backend.put([page(1, "Zebra old"), page(2, "Zebra gone")])
    with backend.rebuild() as fresh:
        fresh.put([page(1, "Zebra new")])
        fresh.put([page(3, "Zebra too")])
        assert found(backend, "zebra") == {"page:1", "page:2"}
        assert found(backend, "new") == set()
    assert found(backend, "zebra") == {"page:1", "page:3"}
    assert found(backend, "new") == {"page:1"}


def test_a_rebuild_that_fails_changes_nothing(backend: SearchBackend) -> None:
    backend.put([page(1, "Zebra")])
    before = backend.settled()
    with pytest.raises(ZeroDivisionError), backend.rebuild() as fresh:
        fresh.put([page(2, "Zebra")])
        raise ZeroDivisionError
    assert found(backend, "zebra") == {"page:1"}
    assert backend.settled() == before


def test_changes_are_taken_while_a_rebuild_is_under_way_and_it_can_be_told(backend: SearchBackend) -> None:
    before = backend.settled()
    assert before is not None
    with backend.rebuild() as fresh:
        assert backend.settled() is None
        backend.put([page(1, "Zebra")])
        assert found(backend, "zebra") == {"page:1"}
        fresh.put([page(1, "Zebra")])
    assert backend.settled() not in (None, before)


@pytest.mark.parametrize("tend", ["tidy", "optimise"])
def test_tending_changes_no_answer(backend: SearchBackend, tend: str) -> None:
    for number in range(60):
        backend.put([page(number % 40, f"Zebra {number}", f"common text {number % 3} of example.org", version=number)])
    questions = ["zebra", '"common text"', "example.org", "zeb*", "common -2", "59"]
    before = [(found(backend, text, limit=100), ask(backend, text).per_kind_counts) for text in questions]
    entries = sorted(backend.entries())
    getattr(backend, tend)()
    assert [(found(backend, text, limit=100), ask(backend, text).per_kind_counts) for text in questions] == before
    assert sorted(backend.entries()) == entries
