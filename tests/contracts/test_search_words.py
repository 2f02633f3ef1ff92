"""Which documents every search backend must find for which words: inflections, phrases, addresses, scripts, places."""

from __future__ import annotations

import pytest

from tests.contracts.searching import ask, found, mail, page
from wiki.search.backend import SearchBackend

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
