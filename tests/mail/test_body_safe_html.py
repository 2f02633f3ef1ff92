"""The HTML of a mail is shown without what could act, load or spy."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.mail.letters import letter, nasty
from tests.richtext.safety import assert_harmless, parsed_html
from wiki.mail import body


def safe(html: str, **options: object) -> body.SafeBody:
    return body.safe_html(letter("Content-Type: text/html; charset=utf-8", "", html), **options)  # type: ignore[arg-type]


def test_a_mail_without_html_has_no_safe_html() -> None:
    assert body.safe_html(letter("", "Only text.")) == body.SafeBody("")


def test_words_tables_lists_and_links_stay() -> None:
    table = '<table><tbody><tr><td colspan="2">f</td></tr></tbody></table>'
    html = f"<h1>A</h1><p>b <b>c</b> <i>d</i></p><ul><li>e</li></ul>{table}"
    assert safe(html).html == html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/?a=1&amp;b=2">x</a>',
        '<a href=" HTTP://example.org/ ">x</a>',
        '<a href="mailto:joe@example.org">x</a>',
    ],
)
def test_a_link_leads_out_and_gives_nothing_away(html: str) -> None:
    (link,) = parsed_html(safe(html).html).css("a")
    assert link.attributes["rel"] == "noopener noreferrer nofollow"
    assert link.attributes["target"] == "_blank"
    assert (link.attributes["href"] or "").lower().startswith(("http://", "https://", "mailto:"))


ELSEWHERE = [
    *("javascript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "&#106;avascript:alert(1)"),
    *("data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://host/", "blob:x", "cid:a@b"),
    *("/admin", "//host/x", "\\\\host\\x", "#x"),
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_link_that_leads_elsewhere_loses_its_address(address: str) -> None:
    (link,) = parsed_html(safe(f'<a href="{address}">x</a>').html).css("a")
    assert "href" not in link.attributes


REMOTE = [
    '<img src="http://spy.example.org/1.gif">',
    '<img src="https://spy.example.org/1.gif">',
    '<img src="//spy.example.org/1.gif">',
    '<img srcset="https://spy.example.org/1.gif 1x">',
    '<table background="https://spy.example.org/1.gif"><tr><td background="https://spy.example.org/1.gif">x</td></tr></table>',
    '<p style="background: url(https://spy.example.org/1.gif)">x</p>',
    '<p style="--x: url(https://spy.example.org/1.gif); background: var(--x)">x</p>',
    '<p style="background-image: image-set(url(https://spy.example.org/1.gif) 1x)">x</p>',
    '<style>@import "https://spy.example.org/1.css"; p { background: url(https://spy.example.org/1.gif) }</style>',
    '<link rel="stylesheet" href="https://spy.example.org/1.css">',
    '<video poster="https://spy.example.org/1.gif" src="https://spy.example.org/1.mp4"></video>',
    '<audio src="https://spy.example.org/1.mp3" autoplay></audio>',
    '<iframe src="https://spy.example.org/"></iframe>',
    '<object data="https://spy.example.org/"></object><embed src="https://spy.example.org/">',
    '<input type="image" src="https://spy.example.org/1.gif">',
    '<svg><image href="https://spy.example.org/1.gif"/><use href="https://spy.example.org/1.svg#a"/></svg>',
    '<meta http-equiv="refresh" content="0; url=https://spy.example.org/">',
    '<base href="https://spy.example.org/"><img src="1.gif">',
    '<picture><source srcset="https://spy.example.org/1.gif"><img src="https://spy.example.org/1.gif"></picture>',
    '<body background="https://spy.example.org/1.gif">x</body>',
    '<a ping="https://spy.example.org/" href="#">x</a>',
]


@pytest.mark.parametrize("html", REMOTE)
def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    shown = safe(f"<p>before</p>{html}<p>after</p>")
    assert_harmless(shown.html)
    assert "spy.example.org" not in shown.html
    assert "before" in shown.html


def test_remote_images_are_counted_and_come_when_they_are_asked_for() -> None:
    html = "<img src='http://a.example.org/1.gif' alt='One'><img src='//b.example.org/2.gif'><img src='3.gif'>"
    blocked = safe(html)
    assert blocked.remote_images == 2
    assert [image.attributes.get("src") for image in parsed_html(blocked.html).css("img")] == [None, None, None]
    assert parsed_html(blocked.html).css_first("img").attributes["alt"] == "One"
    shown = safe(html, allow_remote=True)
    sources = [image.attributes.get("src") for image in parsed_html(shown.html).css("img")]
    assert sources == ["http://a.example.org/1.gif", "https://b.example.org/2.gif", None]
    assert {image.attributes["referrerpolicy"] for image in parsed_html(shown.html).css("img")} == {"no-referrer"}


def test_a_placeholder_may_stand_for_what_is_blocked() -> None:
    shown = safe("<img src='http://a.example.org/1.gif'>", placeholder="/static/blocked.svg")
    assert parsed_html(shown.html).css_first("img").attributes["src"] == "/static/blocked.svg"


def test_a_picture_within_the_mail_is_drawn_from_the_archive() -> None:
    parts = {"logo@example.org": "/spaces/TEAM/mail/1/parts/0"}
    shown = body.safe_html(nasty("inline-picture"), inline_url=parts.get)
    sources = [image.attributes.get("src") for image in parsed_html(shown.html).css("img")]
    assert sources == ["/spaces/TEAM/mail/1/parts/0", None]
    assert shown.inline_content_ids == {"logo@example.org"}
    assert shown.remote_images == 1


def test_a_picture_that_the_archive_does_not_have_shows_its_words() -> None:
    (image,) = parsed_html(safe("<img src='cid:none@example.org' alt='A cat'>").html).css("img")
    assert "src" not in image.attributes
    assert image.attributes["alt"] == "A cat"


def bombs() -> Iterator[tuple[str, str]]:
    yield "nested blocks", "<div>" * 60_000
    yield "unclosed formatting in paragraphs", "<p>" + "".join(f"<b id={n}>" for n in range(5_000)) + "<p>x" * 50_000
    yield "ampersands", "&" * 1_000_000
    yield "attributes", "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</a>"
    yield "unclosed tags", "<a " * 300_000
    yield "stray ends", "<div><table>" + "<span>" * 190 + "</div>" * 200_000


BOMBS = dict(bombs())


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_shown_in_time(name: str) -> None:
    began = time.process_time()
    shown = safe(BOMBS[name])
    assert time.process_time() - began < 5
    assert len(shown.html) < 6_000_000


def test_a_document_too_long_to_be_shown_whole_says_so() -> None:
    assert safe("<p>word</p>" * 200_000).is_cut
    assert not safe("<p>word</p>" * 2_000).is_cut
