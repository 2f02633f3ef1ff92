"""A message's HTML stands in a frame of its own, where it can do nothing."""

from __future__ import annotations

import re

from tests.factories import PIXEL, Attached, make_message
from tests.mail.screens import MAIL
from tests.people import Person, Site


def document(person: Person, message_id: int, query: str = "") -> tuple[str, str]:
    """The frame's document and its policy."""
    answer = person.client.get(f"{MAIL}/{message_id}/html{query}")
    assert answer.status_code == 200
    return answer.text, answer.headers["Content-Security-Policy"]


def test_the_page_frames_it_without_scripts_and_without_our_origin(bob: Person, site: Site) -> None:
    made = make_message(site.team, html="<p>Hello <b>there</b></p>")

    page = bob.client.get(f"{MAIL}/{made}").text
    [sandbox] = re.findall(r'<iframe[^>]*sandbox="([^"]*)"', page)
    assert "allow-scripts" not in sandbox
    assert "allow-same-origin" not in sandbox
    assert f'src="{MAIL}/{made}/html"' in page
    assert "<b>there</b>" not in page


def test_the_document_has_a_policy_of_its_own(bob: Person, site: Site) -> None:
    html, policy = document(bob, make_message(site.team, html="<p>Hello</p>"))

    directives = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == "data:"
    assert directives["frame-ancestors"] == "'self'"
    assert "allow-scripts" not in directives["sandbox"]
    assert "allow-same-origin" not in directives["sandbox"]
    assert "script-src" not in directives
    nonce = directives["style-src"].strip("'").removeprefix("nonce-")
    assert f'<style nonce="{nonce}">' in html


def test_the_nonce_is_another_one_each_time(bob: Person, site: Site) -> None:
    made = make_message(site.team, html="<p>Hello</p>")

    assert document(bob, made)[1] != document(bob, made)[1]


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<form action="https://evil.example"><input name=q></form>',
    "<style>body{background:url(https://evil.example/x)}</style>",
    '<p style="background:url(https://evil.example/x)">x</p>',
    "</body></html><script>alert(1)</script>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<link rel=stylesheet href="https://evil.example/x.css">',
]


def test_nothing_that_runs_or_calls_home_is_left(bob: Person, site: Site) -> None:
    for payload in PAYLOADS:
        html, _ = document(bob, make_message(site.team, html=f"<p>before</p>{payload}<p>after</p>"))

        body = html.partition("<body>")[2].lower()
        for word in (
            "<script",
            "onerror",
            "onload",
            "javascript:",
            "evil.example",
            "<iframe",
            "<form",
            "<style",
            "<meta",
        ):
            assert word not in body, payload
        assert "before" in body


def test_pictures_from_elsewhere_wait_until_they_are_asked_for(bob: Person, site: Site) -> None:
    made = make_message(
        site.team, html='<p>x<img src="https://track.example/1.png"><img src="http://track.example/2.png"></p>'
    )

    page = bob.client.get(f"{MAIL}/{made}").text
    assert "2 pictures from elsewhere were not loaded" in page
    html, policy = document(bob, made)
    assert "track.example" not in html
    assert "http" not in policy

    page = bob.client.get(f"{MAIL}/{made}?images=remote").text
    assert "not loaded" not in page
    assert f'src="{MAIL}/{made}/html?images=remote"' in page
    html, policy = document(bob, made, "?images=remote")
    assert "https://track.example/1.png" in html
    assert "img-src data: https: http:" in policy


def test_pictures_that_the_mail_brought_are_in_the_document_once_they_are_verified(bob: Person, site: Site) -> None:
    made = make_message(
        site.team,
        html='<p><img src="cid:good@x"><img src="cid:svg@x"><img src="cid:absent@x"></p>',
        attached=[
            Attached(PIXEL, "image/png", 'inline; filename="a.png"', "Content-ID: <good@x>\r\n"),
            Attached(b"<svg onload='alert(1)'/>", "image/png", 'inline; filename="b.png"', "Content-ID: <svg@x>\r\n"),
        ],
    )

    html, _ = document(bob, made)
    assert html.count("data:image/png;base64,") == 1
    assert "cid:" not in html


def test_links_open_elsewhere_and_give_nothing_away(bob: Person, site: Site) -> None:
    html, _ = document(bob, make_message(site.team, html='<a href="https://example.org/">x</a>'))

    [link] = re.findall(r"<a [^>]*>", html)
    assert 'target="_blank"' in link
    assert "noopener" in link
    assert "noreferrer" in link


def test_a_message_without_html_has_no_document(bob: Person, site: Site) -> None:
    made = make_message(site.team)

    assert bob.client.get(f"{MAIL}/{made}/html").status_code == 404
    assert "<iframe" not in bob.client.get(f"{MAIL}/{made}").text


def test_the_text_is_one_click_away(bob: Person, site: Site) -> None:
    made = make_message(site.team, text="The plain words.\n", html="<p>The rich words.</p>")

    assert f'href="{MAIL}/{made}?view=text"' in bob.client.get(f"{MAIL}/{made}").text
    page = bob.client.get(f"{MAIL}/{made}?view=text").text
    assert "The plain words." in page
    assert "<iframe" not in page


def test_the_frame_is_higher_for_a_longer_message_within_bounds(bob: Person, site: Site) -> None:
    def height(text: str) -> int:
        made = make_message(site.team, text=text, html="<p>x</p>")
        [found] = re.findall(r'<iframe[^>]*height="(\d+)"', bob.client.get(f"{MAIL}/{made}").text)
        return int(found)

    assert 100 <= height("short\n") < height("line\n" * 30) < height("line\n" * 5000) <= 1400
