"""Addresses that people write bare become links, and only those."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.richtext.safety import assert_harmless
from wiki.richtext import links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.org/a.", {"https://example.org/a": "https://example.org/a"}),
        ("(https://example.org/a_(b))", {"https://example.org/a_(b)": "https://example.org/a_(b)"}),
        ("<http://example.org/?a=1&b=2>", {"http://example.org/?a=1&b=2": "http://example.org/?a=1&b=2"}),
        ("www.example.org, www. and x", {"www.example.org": "http://www.example.org"}),
        ("mail joe@example.org!", {"joe@example.org": "mailto:joe@example.org"}),
        ("javascript:alert(1) data:x file:///etc", {}),
        ("no address @ all, nor a@b", {}),
    ],
)
def test_addresses_are_found_in_a_sentence(text: str, found: dict[str, str]) -> None:
    assert {stretch.text: stretch.url for stretch in links.stretches(text) if stretch.url} == found


@given(
    st.text() | st.lists(st.sampled_from(["http://", "www.", "a@b.c", ".", ")", "(", '"', "<", " ", "x"])).map("".join)
)
def test_no_character_is_lost_and_none_becomes_markup(text: str) -> None:
    assert "".join(stretch.text for stretch in links.stretches(text)) == text
    assert_harmless(links.html_with_links(text))


@pytest.mark.parametrize(
    "text", ["a" * 500_000, "a@" * 250_000, "http://" * 70_000, "http://x" + ")" * 500_000, "a.b" * 200_000]
)
def test_long_texts_are_read_in_time(text: str) -> None:
    began = time.process_time()
    list(links.stretches(text))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Home", ("", "Home")),
        ("TEAM:Home", ("TEAM", "Home")),
        ("~alice: My notes ", ("~alice", "My notes")),
        ("Re: a question: what?", ("Re", "a question: what?")),
        (" : x", ("", ": x")),
    ],
)
def test_a_target_may_name_a_space(target: str, expected: tuple[str, str]) -> None:
    assert links.split_target(target) == expected
