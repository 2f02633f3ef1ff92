"""Who wrote and to whom, out of fields as they are sent."""

from __future__ import annotations

import pytest

from tests.mail.letters import nasty
from wiki.mail.parsing.addresses import addresses


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("joe@example.org", [("", "joe@example.org")]),
        ("Joe Doe <joe@example.org>", [("Joe Doe", "joe@example.org")]),
        ('"Doe, Joe" <joe@example.org>', [("Doe, Joe", "joe@example.org")]),
        ("joe@example.org (Joe Doe)", [("Joe Doe", "joe@example.org")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.org>", [("Jörg", "j@example.org")]),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@example.org>', [("Jörg", "j@example.org")]),
        ("=?iso-8859-1?Q?Doe=2C_J=F6rg?= <j@example.org>", [("Doe, Jörg", "j@example.org")]),
        ("Jörg <jörg@exämple.org>", [("Jörg", "jörg@exämple.org")]),
        ('"a \\"quoted\\" b" <a@b>', [('a "quoted" b', "a@b")]),
        ("Team: a@b, C <c@d>; e@f", [("", "a@b"), ("C", "c@d"), ("", "e@f")]),
        ("undisclosed-recipients:;", []),
        ("<@relay,@other:joe@example.org>", [("", "joe@example.org")]),
        ('"joe smith"@example.org', [("", '"joe smith"@example.org')]),
        ("joe@[127.0.0.1]", [("", "joe@[127.0.0.1]")]),
        ("root", [("", "root")]),
        ("'joe@example.org' <joe@example.org>", [("joe@example.org", "joe@example.org")]),
    ],
)
def test_well_formed_fields_are_read_as_the_standard_says(field: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.name, found.address) for found in addresses(field.encode())] == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Doe, Joe <joe@example.org>, b@c", [("Doe, Joe", "joe@example.org"), ("", "b@c")]),
        ("Joe <joe@example.org", [("Joe", "joe@example.org")]),
        ("Joe <joe@example.org, Bob <bob@example.org>", [("Joe", "joe@example.org"), ("Bob", "bob@example.org")]),
        ("<a@b><c@d>", [("", "a@b"), ("", "c@d")]),
        ("a@b;c@d", [("", "a@b"), ("", "c@d")]),
        ('"Joe <joe@example.org>, bob@example.org', [("Joe", "joe@example.org"), ("", "bob@example.org")]),
        ("Joe Doe joe@example.org", [("Joe Doe", "joe@example.org")]),
        ("Joe (the <joe@example.org>", [("Joe the", "joe@example.org")]),
        ("mailto:joe@example.org", [("", "joe@example.org")]),
        ("Linux Users:ILUG <ilug@example.org>", [("Linux Users:ILUG", "ilug@example.org")]),
        ("joe at example.org (Joe)", [("Joe", "joe at example.org")]),
        ("Mail Delivery <>", [("Mail Delivery", "")]),
        ("a@[", [("", "a@[")]),
        ("<>", []),
        (",,;", []),
        ("a@b,,c@d,", [("", "a@b"), ("", "c@d")]),
    ],
)
def test_broken_fields_give_what_a_reader_would_see_in_them(field: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.name, found.address) for found in addresses(field.encode())] == expected


def test_a_field_encoded_as_a_whole_is_read_after_decoding() -> None:
    parsed = nasty("whole-from-encoded")
    assert [(one.name, one.address) for one in parsed.sender] == [("Jörg Müller", "joerg@example.org")]
    assert [one.name for one in parsed.to] == ["Doe, John", "Roe, Jane"]


def test_several_fields_of_one_name_are_one_list() -> None:
    parsed = nasty("unclosed-quote-in-to")
    assert [(one.name, one.address) for one in parsed.to] == [
        ("Bob", "bob@example.org"),
        ("Carol (the (first))", "carol@example.org"),
    ]


def test_no_name_or_address_holds_a_control_character() -> None:
    parsed = nasty("hostile-header-values")
    shown = parsed.subject + "".join(one.name + one.address for one in parsed.sender + parsed.to)
    assert not [character for character in shown if ord(character) < 32]
    assert [one.address for one in parsed.to] == ["bob@example.org"]


def test_addresses_between_which_the_comma_was_forgotten_are_two() -> None:
    found = addresses(b"tim@example.org ann@example.org")
    assert [(each.name, each.address) for each in found] == [("", "tim@example.org"), ("", "ann@example.org")]
