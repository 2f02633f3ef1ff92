"""Plain mails as pages: lines and columns stay, quotes fold, addresses lead somewhere."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.richtext.safety import assert_harmless, parsed_html
from wiki.mail import body

REPLY = """Hi Bob,

see https://example.org/a_(b) and joe@example.org.
   indented    columns

On Monday, 2 November 2026 at 10:05, Bob Example
<bob@example.org> wrote:
> first
> > deeper <b>
> back

My answer.
--\x20
Alice
"""


def test_a_paragraph_keeps_its_lines_and_columns() -> None:
    html = body.text_html("one\n  two    three\n\nfour")
    assert html == "<p>one<br>\u00a0\u00a0two \u00a0 \u00a0three</p><p>four</p>"


def test_markup_in_a_plain_mail_is_text() -> None:
    html = body.text_html('<script>alert(1)</script> & "x"\n> <img src=x onerror=alert(1)>')
    assert_harmless(html)
    assert parsed_html(html).css_first("p").text() == '<script>alert(1)</script> & "x"'


def test_quotes_are_nested_as_deep_as_their_marks() -> None:
    tree = parsed_html(body.text_html(REPLY))
    assert tree.css_first("details > blockquote > blockquote > p").text() == "deeper <b>"
    assert [node.text() for node in tree.css("details > blockquote > p")] == ["first", "back"]
    assert tree.css_first("div.signature").text().startswith("--")


def test_a_short_quote_stands_open_and_a_long_one_is_folded() -> None:
    short = parsed_html(body.text_html("> one\n> two\nanswer")).css_first("details.quote")
    long = parsed_html(body.text_html("> line\n" * 30 + "answer")).css_first("details.quote")
    assert "open" in short.attributes
    assert "open" not in long.attributes
    assert long.css_first("summary").text() == "30 quoted lines"


def test_the_from_line_that_an_mbox_protected_is_no_quote() -> None:
    assert not parsed_html(body.text_html(">From the beginning")).css("blockquote")


BITS = [">", "> ", "\n", "a", "<b>", "-- ", "http://x.y", " ", "\t"]


@given(st.text() | st.lists(st.sampled_from(BITS)).map("".join))
def test_any_text_is_harmless_html(text: str) -> None:
    html = body.text_html(text)
    assert_harmless(html)
    for name in ("blockquote", "details", "p", "div"):
        assert html.count(f"<{name}") - html.count("<pre") == html.count(f"</{name}>")


LONG = [">" * 500_000, "> \n" * 150_000, ("on " * 150 + "\n") * 1_000, "hi " * 150_000, "\t" * 500_000 + "x"]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_texts_are_shown_in_time(text: str) -> None:
    began = time.process_time()
    body.text_html(text)
    body.snippet(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (REPLY, "see https://example.org/a_(b) and joe@example.org. indented columns My answer."),
        ("Hello,\n\nthe minutes.\n", "the minutes."),
        ("Hello world, this is news.\n", "Hello world, this is news."),
        ("Joe wrote:\n> a\n\nYes.\n-- \nAnn", "Yes."),
        ("-----\n*****\nText", "Text"),
        ("> only a quote", "only a quote"),
        ("", ""),
    ],
)
def test_the_first_words_are_those_that_say_something(text: str, expected: str) -> None:
    assert body.snippet(text) == expected


def test_first_words_end_at_a_word() -> None:
    short = body.snippet("several words that go on and on", length=20)
    assert short == "several words that…"
    assert len(body.snippet("x" * 500, length=20)) == 20
