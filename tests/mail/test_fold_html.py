"""Quotes in HTML mail are folded, and nothing else about the HTML changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.letters import letter
from tests.measured import within_processor_time
from wiki.mail import body
from wiki.mail.quoting.html import OPENING, fold
from wiki.richtext.plain import from_html
from wiki.richtext.sanitise import clean_mail
from wiki.richtext.taming import tame

HEADER = "<b>From:</b> Bob<br><b>Sent:</b> 2 November 2026<br><b>To:</b> Ann<br><b>Subject:</b> Plans<br>"


def folded(html: str) -> str:
    return fold(clean_mail(tame(html).html, lambda _source: None))


def shown(html: str) -> str:
    """The words in sight while everything is folded."""
    return " ".join(from_html(re.sub(r"<details.*?</details>", " ", folded(html), flags=re.DOTALL)).split())


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">On 2 Nov 2026, Bob wrote:<br><blockquote>Old</blockquote></div>',
        '<blockquote type="cite"><div>On 2 Nov 2026, Bob wrote:</div>Old</blockquote>',
        '<div class="moz-cite-prefix">On 2 Nov 2026, Bob wrote:<br></div> <blockquote type="cite">Old</blockquote>',
        '<div id="yahoo_quoted_1" class="yahoo_quoted">On 2 Nov 2026, Bob wrote:<p>Old</p></div>',
        f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{HEADER}</div><div>Old</div>',
        f'<hr id="stopSpelling">{HEADER}<p>Old</p>',
        f'<div style="border-top:solid"><p>{HEADER}</p></div><p>Old</p><p>Older</p>',
        f'<span id="OLK_SRC_BODY_SECTION"><div>{HEADER}</div><div>Old</div></span>',
        "Bob &lt;<a href='mailto:bob@example.org'>bob@example.org</a>&gt; wrote:<br><blockquote>Old</blockquote>",
        "Am 02.11.2026 schrieb Bob:<blockquote>Old<blockquote type=cite>Older</blockquote></blockquote>",
    ],
)
def test_a_quote_is_folded_with_what_announces_it(quote: str) -> None:
    html = f"<div><p>My answer.</p>{quote}</div>"
    assert shown(html) == "My answer."
    assert folded(html).count(OPENING) == 1
    assert "Old" in folded(html)


def test_answers_between_quotes_stay_in_sight() -> None:
    html = '<blockquote type="cite">one?</blockquote>Yes.<blockquote type="cite">two?</blockquote>No.'
    assert shown(html) == "Yes. No."


@pytest.mark.parametrize(
    "html",
    [
        "<p>He said it well</p><blockquote>To be or not to be</blockquote><p>and left.</p>",
        '<blockquote type="cite">Only this.</blockquote>',
        f"<div>{HEADER}</div><p>Text</p>",
        '<p>FYI</p><div class="gmail_quote">-- Forwarded message --<br>From: Bob<blockquote>Look</blockquote></div>',
        "<table><tr><td>From:</td><td>the harbour</td></tr></table>",
        f"<p>One<br>two<br>{HEADER}</p>",
        "",
    ],
)
def test_what_nobody_marked_as_an_answers_quote_stays_as_it_was(html: str) -> None:
    assert "<details" not in folded(html)


def test_a_mail_that_passes_another_on_is_not_folded() -> None:
    lines = ["Content-Type: text/html", "", f"<p>FYI</p><div>{HEADER}</div><p>The plans.</p>"]
    assert "<details" in body.safe_html(letter("Subject: Re: Plans", *lines)).html
    assert "<details" not in body.safe_html(letter("Subject: FW: Plans", *lines)).html


BITS = [
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<ul><li>",
    '<blockquote type="cite">',
    "<blockquote>",
    "</blockquote>",
    '<div class="gmail_quote">',
    '<hr id="stopSpelling">',
    '<div id="divRplyFwdMsg">',
    "<b title='<details>\"'>",
    "</b>",
    "<br>",
    "On 2 Nov 2026, Bob wrote:",
    HEADER,
    "words &amp; &lt;p>",
]
TAGS = re.compile(r'<(/?)([a-z0-9]+)(?:[^<>"]|"[^"]*")*>')


@given(st.lists(st.sampled_from(BITS), max_size=30).map("".join))
def test_folding_sets_tags_around_and_changes_nothing_else(html: str) -> None:
    before = clean_mail(tame(html).html, lambda _source: None)
    after = fold(before)
    assert after.replace(OPENING, "").replace("</details>", "") == before
    opened: list[str] = []
    for tag in TAGS.finditer(after):
        if tag[1]:
            assert opened.pop() == tag[2]
        elif tag[2] not in {"br", "hr", "img", "wbr", "col"}:
            assert tag[2] != "details" or not {"p", "details"} & set(opened)
            opened.append(tag[2])
    assert not opened


@pytest.mark.parametrize(
    "bit",
    ["<b>", '<blockquote type="cite">', "From: <br>", "<p>From: ", "Joe wrote:<blockquote>", HEADER, "<", '<a href="'],
)
def test_long_html_is_folded_in_time(bit: str) -> None:
    html = "x" + bit * (250_000 // len(bit))
    with within_processor_time(1):
        fold(html)
