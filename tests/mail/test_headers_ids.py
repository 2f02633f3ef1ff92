"""The ids by which messages find one another."""

from __future__ import annotations

import pytest

from tests.mail.letters import nasty, raw
from wiki.mail.parsing import headers


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("<a@b>", "a@b"),
        (" <a@b> (added by postmaster@example.org)", "a@b"),
        ("a@b", "a@b"),
        ("<12345>", "12345"),
        ("< a@\tb >", "a@b"),
        ("<a@b", "a@b"),
        ("=?utf-8?q?=3Ca=40b=3E?=", "a@b"),
        ("<A.b@C>", "A.b@C"),
        ("<>", ""),
        ("<", ""),
        ("", ""),
        ("<" + "x" * 5_000 + "@b>", ""),
    ],
)
def test_a_message_id_is_what_stands_between_the_brackets(field: str, expected: str) -> None:
    assert headers.message_id(field.encode()) == expected


def test_a_message_without_usable_id_gets_one_from_its_bytes() -> None:
    parsed = nasty("no-message-id")
    assert parsed.message_id == f"{raw('no-message-id').sha256}@postroom.invalid"
    assert "There is no usable Message-ID; one was made from the content." in parsed.defects


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("<a@b>", "a@b"),
        ("<a@b> <c@d>", "a@b"),
        ("<a@b> from \"Joe\" at Jan 1, 99 <joe@example.org>", "a@b"),
        ("Joe <joe@example.org>'s message of \"Mon, 2 Nov\" <a@b>", "a@b"),
        ("Your message of Monday <a@b>", "a@b"),
        ("a@b", "a@b"),
        ("joe@example.org's message of Monday", ""),
        ("Your message of Monday", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_parent_is_found_among_the_words(field: str, expected: str) -> None:
    assert headers.in_reply_to(field.encode()) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("<a@b> <c@d>", ["a@b", "c@d"]),
        ("<a@b><c@d>", ["a@b", "c@d"]),
        ("<a@b>,<c@d>", ["a@b", "c@d"]),
        ("a@b c@d", ["a@b", "c@d"]),
        ("<a@b <c@d>", ["a@b", "c@d"]),
        ("<a@b c@d>", ["a@b", "c@d"]),
        ("<a@ b>", ["a@b"]),
        ("<a@b> <c@d> <a@b>", ["a@b", "c@d"]),
        ("<a@b> word <c@d", ["a@b", "c@d"]),
        ("nothing here", []),
    ],
)
def test_references_are_oldest_first_and_each_once(field: str, expected: list[str]) -> None:
    assert list(headers.references(field.encode())) == expected


def test_broken_folding_does_not_break_an_id() -> None:
    parsed = nasty("references-folded-within-an-id")
    assert parsed.in_reply_to == "parent@example.org"
    assert parsed.references == ("first@example.org", "second@example.org", "third@example.org", "fourth@example.org")
