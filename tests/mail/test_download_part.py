"""Attachments are downloads: of a harmless name and type, whatever the mail says."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.factories import PIXEL, Attached, make_message
from tests.mail.screens import MAIL
from tests.people import Person, Site
from wiki.mail.names import LONGEST, clean_name, download_name, image_type


def test_an_attachment_comes_back_as_it_was(bob: Person, site: Site) -> None:
    content = bytes(range(256)) * 40
    made = make_message(site.team, attached=[Attached(content, "application/x-odd", 'attachment; filename="a.odd"')])

    answer = bob.client.get(f"{MAIL}/{made}/parts/1/a.odd")

    assert answer.data == content
    assert answer.headers["Content-Disposition"] == "attachment; filename=a.odd"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_a_browser_would_run_is_only_bytes(bob: Person, site: Site) -> None:
    for content_type in ("text/html", "image/svg+xml", "text/html; charset=utf-7", "application/xhtml+xml", "text/xml"):
        script = Attached(b"<script>alert(1)</script>", content_type, 'attachment; filename="page.html"')
        made = make_message(site.team, attached=[script])

        answer = bob.client.get(f"{MAIL}/{made}/parts/1/page.html")
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert bob.client.get(f"{MAIL}/{made}/parts/1/inline").status_code == 404


def test_a_verified_picture_keeps_its_type_and_may_be_shown_in_a_page(bob: Person, site: Site) -> None:
    made = make_message(site.team, attached=[Attached(PIXEL, "application/octet-stream", 'attachment; filename="a"')])

    assert bob.client.get(f"{MAIL}/{made}/parts/1/a").mimetype == "image/png"
    answer = bob.client.get(f"{MAIL}/{made}/parts/1/inline")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PIXEL)
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\system.ini",
    "a\r\nSet-Cookie: x=1",
    "a\0b.txt",
    "photo\u202egpj.exe",
    "x" * 400 + ".pdf",
    "..",
    "/",
    '"><script>alert(1)</script>.txt',
    "naïve résumé.pdf",
    "  spaced   out .txt ",
    "\ud800half.txt".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "CON\t.txt",
    "\u2028line.txt",
]


def test_a_hostile_name_becomes_one_clean_header(bob: Person, site: Site) -> None:
    for name in HOSTILE:
        encoded = f"attachment; filename*=utf-8''{quote(name, safe='')}"
        made = make_message(site.team, attached=[Attached(b"content", "application/octet-stream", encoded)])

        page = bob.client.get(f"{MAIL}/{made}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        [address] = [part.split('"')[0] for part in page.text.split('class="attachment" href="')[1:]]
        answer = bob.client.get(address)
        assert (answer.status_code, answer.data) == (200, b"content"), name
        [header] = answer.headers.getlist("Content-Disposition")
        assert header.startswith("attachment; filename")
        assert not set(header) & set("\r\n\0/\\\u202e")
        assert "Set-Cookie" not in answer.headers


def test_the_name_in_the_address_decides_nothing(bob: Person, site: Site) -> None:
    made = make_message(site.team, attached=[Attached(b"x", "text/plain", 'attachment; filename="true.txt"')])

    answer = bob.client.get(f"{MAIL}/{made}/parts/1/evil.html")
    assert answer.headers["Content-Disposition"] == "attachment; filename=true.txt"


def test_a_part_that_is_not_there_is_not_found(bob: Person, site: Site) -> None:
    made = make_message(site.team, attached=[Attached(b"x")])

    for path in ("parts/9/a", "parts/99999999999/a", "parts/-1/a", "parts/x/a", "parts/1/a/b"):
        assert bob.client.get(f"{MAIL}/{made}/{path}").status_code == 404


@pytest.mark.parametrize("name", HOSTILE)
def test_cleaned_names_hold_nothing_but_what_is_read(name: str) -> None:
    cleaned = clean_name(name)

    assert len(cleaned) <= LONGEST
    assert cleaned == cleaned.strip(" .")
    assert all(character.isprintable() for character in cleaned)
    assert not set(cleaned) & set('/\\<>:"|?*')


def test_a_long_name_keeps_its_extension_and_a_missing_one_is_made() -> None:
    assert clean_name("x" * 400 + ".pdf").endswith("x.pdf")
    assert clean_name("y" * 400) == "y" * LONGEST
    assert clean_name("a." + "z" * 400) == ("a." + "z" * 400)[:LONGEST]
    assert download_name("", "application/pdf", 2) == "part-3.pdf"
    assert download_name("..", "text/x-odd", 0) == "part-1.bin"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PIXEL, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg/>", None),
        (b"", None),
        (b"BM", None),
    ],
)
def test_pictures_are_known_by_their_first_bytes(content: bytes, kind: str | None) -> None:
    assert image_type(content) == kind
