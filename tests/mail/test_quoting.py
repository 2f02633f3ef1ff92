"""What of a mail is new, and what its writer only carried along."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measured import within_processor_time
from wiki.mail.quoting.ranges import MOST, Kind, Range, ranges
from wiki.mail.quoting.stored import split, stored_ranges, to_store

HEADER = "From: Bob <bob@example.org>\nSent: Monday, 2 November 2026 10:05\nTo: Ann\nSubject: Plans\n"


def told(text: str, *, is_forwarded: bool = False) -> list[tuple[str, str]]:
    """The ranges as kind and words."""
    found = ranges(text, is_forwarded=is_forwarded)
    return [(each.kind.value, " ".join(text[each.start : each.end].split())) for each in found]


def kinds(text: str) -> list[str]:
    return [kind for kind, _words in told(text)]


def test_an_answer_below_each_question_stays_new() -> None:
    text = "Joe wrote:\n> one?\n\nYes.\n\n> two?\n>\n> three?\nNo.\n-- \nAnn\n"
    assert told(text) == [
        ("attribution", "Joe wrote:"),
        ("quote", "> one?"),
        ("new", "Yes."),
        ("quote", "> two? > > three?"),
        ("new", "No."),
        ("signature", "-- Ann"),
    ]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Nov 2026 at 10:05, Bob Example <bob@example.org> wrote:",
        "On Mon, 2 Nov 2026 at 10:05, Bob Example\n<bob@example.org> wrote:",
        "On 2026-11-02, Bob Example <bob@example.org\n> wrote:",
        "Am 02.11.2026 um 10:05 schrieb Bob Example:",
        "Bob Example <bob@example.org> schrieb am Mo., 2. Nov. 2026 um\n10:05 Uhr:",
        "Le lun. 2 nov. 2026 à 10:05, Bob Example <bob@example.org> a\u00a0écrit\u00a0:",
        "El lun, 2 nov 2026 a las 10:05, Bob (<bob@example.org>) escribió:",
        "Em seg., 2 de nov. de 2026 às 10:05, Bob <bob@example.org> escreveu:",
        "Il giorno lun 2 nov 2026 alle ore 10:05 Bob <bob@example.org> ha scritto:",
        "Op ma 2 nov. 2026 om 10:05 schreef Bob <bob@example.org>:",
        "Den mån 2 nov. 2026 kl 10:05 skrev Bob <bob@example.org>:",
        "2 нояб. 2026 г., 10:05 пользователь Bob <bob@example.org> написал:",
        "在 2026年11月2日，10:05，Bob <bob@example.org> 写道：",
        "2026-11-02 10:05 GMT+01:00 Bob <bob@example.org>:",
        "Bob Example <bob@example.org> wrote:",
        "-----Original Message-----\n" + HEADER,
        "-----Ursprüngliche Nachricht-----\nVon: Bob\nGesendet: Montag, 2. November 2026\nAn: Ann\nBetreff: Plan\n",
        "________________________________\n" + HEADER,
        "De : Bob <bob@example.org>\nEnvoyé : lundi 2 novembre 2026\nÀ : Ann\nObjet : Plan\n",
        "*From:* Bob\n*Sent:* 2 November\n*To:* Ann\n*Subject:* Plans\n",
    ],
)
def test_what_stands_below_an_attribution_is_quoted_though_nothing_marks_it(attribution: str) -> None:
    text = f"My answer.\n\n{attribution}\n\nThe question,\n\nlong ago.\n"
    assert told(text) == [
        ("new", "My answer."),
        ("attribution", " ".join(attribution.split())),
        ("quote", "The question, long ago."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "As Bob wrote:",
        "On this day I said:",
        "What the report of 2025 says is this:",
        "From: the harbour\nTo: the station",
        "Subject: a matter of taste",
        "- milk\n- bread",
        "a ----- b",
        "Sent from the office, the letter reached us late.\nSo it goes.",
    ],
)
def test_a_sentence_that_only_looks_like_an_attribution_stays_new(sentence: str) -> None:
    assert kinds(f"Before.\n\n{sentence}\n\nAfter.\n") == ["new"]


def test_what_was_forwarded_is_what_the_mail_is_about() -> None:
    marker = "---------- Forwarded message ---------"
    assert told(f"FYI\n\n{marker}\n{HEADER}\nThe plans.\n\n> older\n") == [
        ("new", "FYI"),
        ("forward", " ".join(f"{marker} {HEADER}".split())),
        ("new", "The plans. > older"),
    ]


def test_what_apple_forwards_behind_marks_is_new_too() -> None:
    marked = (
        "> Begin forwarded message:\n>\n> From: Bob\n> Subject: Plans\n> Date: 2 November 2026\n> To: Ann\n>\n> Look.\n"
    )
    assert kinds(f"FYI\n\n{marked}") == ["new", "forward", "new"]


def test_a_header_block_in_a_mail_that_passes_another_on_is_no_quote() -> None:
    text = f"FYI\n\n{HEADER}\nThe plans.\n"
    assert kinds(text) == ["new", "attribution", "quote"]
    assert told(text, is_forwarded=True)[-1] == ("new", "The plans.")
    assert [kind for kind, _end in to_store(text, "WG: Plans")] == ["new", "forward", "new"]
    assert [kind for kind, _end in to_store(text, "Re: WG: Plans")] == ["new", "attribution", "quote"]


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nAnn Example\nExample Ltd",
        "--\nAnn",
        "\u2014\nAnn",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPad",
        "Get Outlook for Android",
        "_______________________________________________\nThe list\nhttps://example.org/list",
        "-----",
    ],
)
def test_a_signature_is_told_from_the_text(ending: str) -> None:
    assert told(f"Text.\n\n{ending}\n") == [("new", "Text."), ("signature", " ".join(ending.split()))]
    quoted = told(f"Text.\n\n{ending}\n\nOn 2 Nov 2026, Bob wrote:\n> quote\n")
    assert (quoted[0], quoted[-1]) == (("new", "Text."), ("quote", "> quote"))


def test_a_rule_in_the_middle_of_a_text_is_part_of_it() -> None:
    long = "\n".join(f"line {number}" for number in range(30))
    assert kinds(f"One.\n--\n{long}\n") == ["new"]
    assert kinds("One\n---\ntwo\n=====\nthree") == ["new"]


@pytest.mark.parametrize(
    "text", ["> only\n> a quote", "On 2 Nov 2026, Bob wrote:\n> a\n-- \nAnn", "-- \nAnn", "\n\n", " "]
)
def test_where_nothing_else_would_be_left_all_is_new(text: str) -> None:
    assert ranges(text) == (Range(Kind.NEW, 0, len(text)),)


def test_an_empty_text_has_no_ranges() -> None:
    assert ranges("") == ()


def test_initials_and_bars_mark_quotes_as_well() -> None:
    assert kinds("Hi.\nJD> one\nJD> two\n\nanswer") == ["new", "quote", "new"]
    assert kinds("Yes.\n\n2013/7/20 Joe <joe@example.org>\n\n| a\n|\n| b\n\nNo.") == [
        "new",
        "attribution",
        "quote",
        "new",
    ]


def test_answers_between_quotes_marked_otherwise_stay_new() -> None:
    text = "Hello,\n\nMonday, 2 November 2026, 10:05:18, you wrote:\n\n{0} one?\n{0} or two?\n\nTwo.\n"
    for mark in ("JD>", "|", "#"):
        assert kinds(text.format(mark)) == ["new", "attribution", "quote", "new"]


def test_a_header_that_somebody_shows_as_it_came_is_new() -> None:
    raw = f"Received: from a\nX-Mailer: b\n{HEADER}Message-ID: <1@example.org>\n"
    assert kinds(f"Look at this:\n\n{raw}\nIs it spam?\n") == ["new"]


def test_what_mutt_forwards_is_new() -> None:
    marker = "----- Forwarded message from Bob <bob@example.org> -----"
    assert kinds(f"FYI\n\n{marker}\n\n{HEADER}\nThe plans.\n") == ["new", "forward", "new"]


def test_the_line_that_a_mailbox_file_protected_is_new() -> None:
    assert kinds("Look:\n>From the beginning\n") == ["new"]


BITS = [">", "> ", "\n", "a", "-- ", "wrote:", "On 2 Nov 2026 ", "--", "From: a", "Date: b", "To: c", "Sent from ", "|"]
TEXTS = st.text() | st.lists(st.sampled_from(BITS)).map("".join)


@given(TEXTS, st.booleans())
def test_the_ranges_of_any_text_join_to_it(text: str, is_forwarded: bool) -> None:
    found = ranges(text, is_forwarded=is_forwarded)
    assert "".join(text[each.start : each.end] for each in found) == text
    assert all(each.start < each.end for each in found)
    assert all(first.end == second.start for first, second in pairwise(found))
    assert all(first.kind is not second.kind for first, second in pairwise(found))


@given(TEXTS)
def test_what_is_stored_is_read_back(text: str) -> None:
    assert stored_ranges(to_store(text, ""), text) == ranges(text)
    assert stored_ranges([], text) == ranges(text)
    assert sorted("".join(split(text, ranges(text)))) == sorted(text)


def test_a_text_of_endless_quotes_and_answers_has_a_bound() -> None:
    found = ranges("> a\nb\n" * 10_000)
    assert len(found) == MOST + 1
    assert found[-1].kind is Kind.NEW


HOSTILE = {
    "attributions": "wrote:\n",
    "wrapped": "On 1/1/2020 a@b\nwrote:\n",
    "torn": "On 1/1/2020\n\n> wrote:\n",
    "signatures": "--\nto:\nx\n",
    "labels": "to:\n",
    "senders": "From: a\nx\n",
    "rules": "---\n\n\n",
    "originals": "-----Original Message-----\n",
    "forwards": "> Begin forwarded message:\n>\n>\n",
    "footers": "_____\na\n",
    "mixed": "> a\nb\n",
    "initials": "a> b\n",
    "marks": ">",
    "words": "on ",
}


@pytest.mark.parametrize("bit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_time_as_it_is_long(bit: str) -> None:
    text = bit * (250_000 // len(bit))
    with within_processor_time(1):
        ranges(text)
