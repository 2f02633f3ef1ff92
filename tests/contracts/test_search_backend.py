"""What every search backend must do, run on the embedded engine and on the memory double alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.doubles.memory_search import MemorySearch
from wiki.search.backend import QueryRefused, SearchBackend
from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import Excerpt, Hits, Order, Query, SearchDocument

KINDS = frozenset({"page", "mail"})
TEAM, OTHER = 1, 2
BEGINNING = datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "whoosh"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchBackend]:
    """An empty index."""
    if request.param == "memory":
        yield MemorySearch()
        return
    engine = WhooshBackend(tmp_path / "index")
    with engine.rebuild():
        pass
    yield engine
    engine.close()


def page(number: int, title: str = "Untitled", body: str = "", space_id: int = TEAM, **more: object) -> SearchDocument:
    values: dict[str, object] = {
        "kind": "page",
        "id": number,
        "version": 1,
        "space_id": space_id,
        "title": title,
        "body": body,
        "date": BEGINNING + timedelta(days=number),
    }
    return SearchDocument(**(values | more))  # type: ignore[arg-type]  # each test gives what it is about


def mail(number: int, title: str = "", body: str = "", **more: object) -> SearchDocument:
    return page(number, title, body, kind="mail", **more)


def ask(backend: SearchBackend, text: str, spaces: Sequence[int] = (TEAM, OTHER), **more: object) -> Hits:
    values: dict[str, object] = {"text": text, "space_ids": frozenset(spaces), "kinds": KINDS, "all_kinds": KINDS}
    return backend.search(Query(**(values | more)))  # type: ignore[arg-type]  # as above


def found(backend: SearchBackend, text: str, **more: object) -> set[str]:
    return {f"{hit.kind}:{hit.id}" for hit in ask(backend, text, **more).hits}  # type: ignore[arg-type]  # as above


def marked(excerpt: Excerpt) -> list[str]:
    return [segment.text for segment in excerpt if segment.is_hit]


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


# Words


def test_all_words_must_be_there(backend: SearchBackend) -> None:
    backend.put([page(1, "Apples", "and pears"), page(2, "Apples")])
    assert found(backend, "apples pears") == {"page:1"}


@pytest.mark.parametrize(
    "asked", ["archive", "archives", "archived", "archiving", "ARCHIVE", "archive's", "Archiv\u00e9s"]
)
def test_a_word_is_found_in_every_inflection_case_and_accent(backend: SearchBackend, asked: str) -> None:
    for number, text in enumerate(
        ("archive", "archived mail", "Archiving", "the archive's", "ARCHIVES", "archives\u0301")
    ):
        backend.put([page(number, text)])
    assert ask(backend, asked).total == 6


@pytest.mark.parametrize(
    ("asked", "text"), [("organ", "organisation"), ("new", "news"), ("cod", "code"), ("hop", "hope")]
)
def test_a_word_is_not_found_for_another_that_only_looks_alike(backend: SearchBackend, asked: str, text: str) -> None:
    backend.put([page(1, text)])
    assert found(backend, asked) == set()


def test_quotation_marks_ask_for_the_word_as_written(backend: SearchBackend) -> None:
    backend.put([page(1, "deadline"), page(2, "deadlines")])
    assert found(backend, "deadlines") == {"page:1", "page:2"}
    assert found(backend, '"deadlines"') == {"page:2"}
    assert found(backend, '"deadline"') == {"page:1"}


def test_a_phrase_stands_together_and_in_order(backend: SearchBackend) -> None:
    backend.put(
        [
            page(1, body="The release notes are here."),
            page(2, body="Notes on the release."),
            page(3, body="A release, then notes."),
            page(4, body="release\n  notes"),
            page(5, body="release of notes"),
        ]
    )
    assert found(backend, '"release notes"') == {"page:1", "page:4"}
    assert found(backend, "\u201crelease notes\u201d") == {"page:1", "page:4"}


def test_a_phrase_does_not_run_from_the_title_into_the_body(backend: SearchBackend) -> None:
    backend.put([page(1, "Annual", "report"), page(2, "Annual report")])
    assert found(backend, '"annual report"') == {"page:2"}


def test_a_word_with_a_minus_must_be_absent(backend: SearchBackend) -> None:
    backend.put([page(1, "Tea and milk"), page(2, "Tea with lemon")])
    assert found(backend, "tea -milk") == {"page:2"}
    assert found(backend, "tea NOT lemon") == {"page:1"}
    assert found(backend, 'tea -"with lemon"') == {"page:1"}


def test_one_of_two_words_is_enough_with_or(backend: SearchBackend) -> None:
    backend.put([page(1, "Tea black"), page(2, "Coffee black"), page(3, "Water"), page(4, "Coffee white")])
    assert found(backend, "tea OR coffee") == {"page:1", "page:2", "page:4"}
    assert found(backend, "black tea OR coffee") == {"page:1", "page:2"}


def test_a_star_stands_for_the_rest_of_a_word(backend: SearchBackend) -> None:
    backend.put([page(1, "Repository"), page(2, "Report"), page(3, "Prepare"), page(4, body="rep")])
    assert found(backend, "repo*") == {"page:1", "page:2"}
    assert found(backend, "rep* -report") == {"page:1", "page:4"}


def test_a_question_of_everything_at_once(backend: SearchBackend) -> None:
    backend.put(
        [
            mail(1, "Re: release", "the notes are archived", people=("Alice <alice@example.org>",)),
            mail(2, "Re: release", "the notes are archived, a draft", people=("Alice <alice@example.org>",)),
            mail(3, "Re: release", "the notes are archived", people=("Bob <bob@example.org>",)),
        ]
    )
    assert found(backend, 'from:alice title:releases "the notes" archiv* -draft OR') == {"mail:1"}


# Addresses, names, numbers, other scripts

NAMES = "Write to alice.smith@mail.example.org about report-2024_final.pdf, version 3.11.7, or see https://example.org/faq?x=1"


@pytest.mark.parametrize(
    "asked",
    [
        "alice.smith@mail.example.org",
        "alice",
        "smith",
        "mail.example.org",
        "example.org",
        "report-2024_final.pdf",
        "2024_final",
        "final.pdf",
        "report",
        "2024",
        "3.11.7",
        "3.11",
        "https://example.org/faq",
        "ALICE.SMITH@MAIL.EXAMPLE.ORG",
    ],
)
def test_addresses_hosts_and_files_are_found_whole_and_in_parts(backend: SearchBackend, asked: str) -> None:
    backend.put(
        [page(1, body=NAMES), page(2, body="alice and smith mail an example to the org: report, final, pdf, 3 11 7")]
    )
    assert "page:1" in found(backend, asked)


@pytest.mark.parametrize("asked", ["smith@mail.example.org", "alice.smith@mail.example.org", "3.11.7", "final.pdf"])
def test_an_address_is_not_found_where_its_parts_stand_about(backend: SearchBackend, asked: str) -> None:
    backend.put([page(1, body="alice and smith mail an example to the org: report, final, pdf, 3 11 7")])
    assert found(backend, asked) == set()


@pytest.mark.parametrize("asked", ["e-mail", "e-mails", "e mail", "E-Mail", '"e-mail"'])
def test_a_hyphenated_word_is_found_with_and_without_its_hyphen(backend: SearchBackend, asked: str) -> None:
    backend.put([page(1, "Send an e-mail"), page(2, "Send an e mail")])
    assert found(backend, asked) == {"page:1", "page:2"}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("\u6771\u4eac", "\u6771\u4eac\u90fd\u306b\u884c\u304d\u307e\u3057\u305f\u3002"),
        ("\u4eac\u90fd", "\u6771\u4eac\u90fd\u306b\u884c\u304d\u307e\u3057\u305f\u3002"),
        ("\u6771\u4eac\u90fd\u306b", "\u6771\u4eac\u90fd\u306b\u884c\u304d\u307e\u3057\u305f\u3002"),
        ("\u90fd", "\u6771\u4eac\u90fd"),
        ("\u6771", "\u6771\u4eac\u90fd"),
        ("\u30c6\u30b9\u30c8", "\uff83\uff7d\uff84\u30e1\u30fc\u30eb"),
        ("\uc11c\uc6b8", "\uc11c\uc6b8\uc5d0\uc11c \ubcf4\ub0b8 \uba54\uc77c"),
        ("\u5317\u4eac", "\u6211\u4f4f\u5728\u5317\u4eac\u5e02"),
        ("\u0e20\u0e32\u0e29\u0e32", "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940 \u092d\u093e\u0937\u093e"),
        (
            "\u041c\u043e\u0441\u043a\u0432\u0430",
            "\u0432 \u041c\u041e\u0421\u041a\u0412\u0410 \u0437\u0438\u043c\u0430",
        ),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd"),
        ("strasse", "Hauptstra\u00dfe Stra\u00dfe"),
        ("Uberraschung", "U\u0308berraschung"),
        ("smorrebrod", "sm\u00f8rrebr\u00f8d"),
        ("istanbul", "\u0130stanbul"),
        ("naive", "na\u00efve"),
        ("example", "exam\u00adple"),
        ("O'Brien", "o\u2019brien"),
        ("l'archive", "voir l\u2019archive"),
        ("archive", "voir l\u2019archive"),
    ],
)
def test_words_of_other_languages_and_spellings_are_found(backend: SearchBackend, asked: str, text: str) -> None:
    backend.put([page(1, body=text), page(2, body="nothing of the sort")])
    assert found(backend, asked) == {"page:1"}


def test_a_pair_of_characters_is_not_found_where_they_stand_apart(backend: SearchBackend) -> None:
    backend.put([page(1, body="\u4eac\u6771 \u90fd\u4eac")])
    assert found(backend, "\u6771\u4eac") == set()


def test_a_monstrous_word_is_indexed_by_its_beginning(backend: SearchBackend) -> None:
    backend.put([page(1, body="a" * 100_000 + " and tea"), page(2, body="\udcff\udcfe \x00 coffee")])
    assert found(backend, "tea") == {"page:1"}
    assert found(backend, "aaaaaaaa*") == {"page:1"}
    assert found(backend, "coffee") == {"page:2"}


# Places


def test_one_can_look_in_titles_authors_recipients_and_labels_only(backend: SearchBackend) -> None:
    backend.put(
        [
            mail(1, "Plans", "about alice", people=("Bob Brown <bob@example.org>", "Alice Adams <alice@example.org>")),
            mail(2, "alice", "", people=("Alice Adams <alice@example.org>", "Bob Brown <bob@example.org>")),
            mail(3, "Other", "", people=("Carol <carol@example.org>",), labels=("alice", "to do")),
        ]
    )
    assert found(backend, "alice") == {"mail:1", "mail:2", "mail:3"}
    assert found(backend, "title:alice") == found(backend, "subject:alice") == {"mail:2"}
    assert found(backend, "from:alice") == found(backend, "from:alice@example.org") == {"mail:2"}
    assert found(backend, "to:alice") == {"mail:1"}
    assert found(backend, 'with:"alice adams"') == {"mail:1", "mail:2"}
    assert found(backend, 'from:"adams brown"') == set()
    assert found(backend, "from:ali*") == {"mail:2"}
    assert found(backend, 'label:"to do"') == {"mail:3"}


def test_the_names_of_two_people_are_no_phrase(backend: SearchBackend) -> None:
    backend.put([mail(1, people=("Eve", "Alice", "Bob"))])
    assert found(backend, '"alice bob"') == set()


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
