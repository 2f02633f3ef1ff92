"""Bob reads an archived message: a page like any other."""

from __future__ import annotations

import pytest

from tests.factories import Attached, Letter, archive, make_conversation, make_message, make_messages
from tests.mail.screens import MAIL, counted_queries
from tests.people import Person, Site
from wiki.blobs.configured import blob_store
from wiki.db import transaction
from wiki.mail import store
from wiki.mail.message import RawMessage
from wiki.mail.models import Message

REPLY = "Yes.\n\nOn 2 Nov 2026, Bob wrote:\n" + "> quoted words\n" * 14 + "\nNo.\n-- \nAnn Example\n"


def page_of(person: Person, message_id: int, query: str = "") -> str:
    answer = person.client.get(f"{MAIL}/{message_id}{query}")
    assert answer.status_code == 200
    return answer.text


def test_a_message_shows_its_people_date_text_and_attachments(bob: Person, site: Site) -> None:
    made = make_message(
        site.team,
        subject="Quarterly figures",
        sender="Ann Example <ann@example.org>",
        to="Team <team@example.org>, boss@example.org",
        cc="Carl <carl@example.org>",
        text="The figures are good.\n",
        attached=[Attached(b"x" * 2048, "application/pdf", 'attachment; filename="figures.pdf"')],
    )

    page = page_of(bob, made)

    for words in (
        "<h1", "Quarterly figures", "Ann Example", "ann@example.org", "boss@example.org", "Carl", "2 Nov 2026",
        "The figures are good.", "figures.pdf", "2.0 kB", "application/pdf",
    ):  # fmt: skip
        assert words in page
    assert f'<a href="{MAIL}">Mail</a>' in page
    assert '<a href="/spaces/TEAM">The TEAM space</a>' in page


def test_the_newer_and_the_older_message_are_one_step_away(bob: Person, site: Site) -> None:
    first, second, third = make_messages(site.team, [Letter(subject=name) for name in ("One", "Two", "Three")])

    page = page_of(bob, second)
    assert f'rel="prev" href="{MAIL}/{third}"' in page
    assert f'rel="next" href="{MAIL}/{first}"' in page
    assert 'rel="prev"' not in page_of(bob, third)
    assert 'rel="next"' not in page_of(bob, first)


def test_a_message_shows_its_place_in_its_thread(bob: Person, site: Site) -> None:
    first, second, third = make_conversation(site.team, 3)

    page = page_of(bob, second)
    outline = page.partition("In this thread")[2]
    assert [outline.index(f'href="{MAIL}/{each}"') for each in (first, second, third)] == sorted(
        outline.index(f'href="{MAIL}/{each}"') for each in (first, second, third)
    )
    assert f'href="{MAIL}/{second}" aria-current="page"' in outline
    assert "Read the whole thread (3)" in outline
    assert "In this thread" not in page_of(bob, make_message(site.team))


def test_text_is_escaped_and_its_addresses_are_links(bob: Person, site: Site) -> None:
    made = make_message(site.team, text="See <script>alert(1)</script> at https://example.org/page\n")

    page = page_of(bob, made)
    assert "&lt;script&gt;" in page
    assert 'href="https://example.org/page"' in page


def test_searched_words_are_marked_in_the_text(bob: Person, site: Site) -> None:
    made = make_message(site.team, text="We met the heron by the lake.\n", html="<p>We met the heron by the lake.</p>")

    page = page_of(bob, made, "?q=heron")
    assert "<mark>heron</mark>" in page
    assert "<iframe" not in page


def test_the_header_is_shown_as_it_came(bob: Person, site: Site) -> None:
    content = (
        b"From: a@example.org\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nX-Odd: <b>\xe9\x1b[31m</b>\r\n"
        b"Received: from x\r\n\tby y\r\n\r\nSubject: not a header\r\n"
    )
    [made] = archive(site.team, [RawMessage(content)])

    page = bob.client.get(f"{MAIL}/{made}/headers").text
    assert "=?utf-8?q?caf=C3=A9?=" in page
    assert "&lt;b&gt;é\N{REPLACEMENT CHARACTER}[31m&lt;/b&gt;" in page
    assert "\tby y" in page
    assert "not a header" not in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1\2\xff\xfe no header at all",
        b"Subject: bare LF\n\nbody\n.\n",
        b"Subject: CRLF\r\n\r\nbody \xe9\r\n",
        b"From ann Mon Nov  2 09:00:00 2026\r\nSubject: x\r\n\r\n>From here\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 300_000,
    ],
    ids=["nothing", "binary", "bare-lf", "crlf", "from-line", "long"],
)
def test_the_raw_message_comes_back_byte_for_byte(bob: Person, site: Site, content: bytes) -> None:
    [made] = archive(site.team, [RawMessage(content)])

    answer = bob.client.get(f"{MAIL}/{made}/raw")

    assert answer.data == content
    assert answer.mimetype == "message/rfc822"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=message-{made}.eml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert page_of(bob, made)


def test_lost_raw_bytes_are_said_in_a_sentence(bob: Person, site: Site) -> None:
    made = make_message(site.team)
    with transaction() as session:
        session.get_one(Message, made).sha256 = "0" * 64

    for url in (f"{MAIL}/{made}/raw", f"{MAIL}/{made}/headers"):
        answer = bob.client.get(url)
        assert answer.status_code == 409
        assert "missing from the store" in answer.text
    assert page_of(bob, made)


def test_a_message_that_could_not_be_parsed_is_shown_as_raw(bob: Person, site: Site) -> None:
    raw = RawMessage(b"Subject: x\r\n\r\nbody")
    blob_store().put_many([raw.content])
    with transaction() as session:
        [stored] = store.add(session, site.team, [raw])
        assert stored.id is not None
        store.show_raw(session, {stored.id: "The parser was stopped on this message."})

    page = page_of(bob, stored.id)
    assert "Shown as raw" in page
    assert "The parser was stopped on this message." in page
    assert bob.client.get(f"{MAIL}/{stored.id}/raw").data == raw.content


def test_a_message_that_is_not_parsed_yet_can_be_read_as_it_came(bob: Person, site: Site) -> None:
    raw = RawMessage(b"Subject: x\r\n\r\nbody")
    blob_store().put_many([raw.content])
    with transaction() as session:
        [stored] = store.add(session, site.team, [raw])

    assert page_of(bob, stored.id or 0)
    assert bob.client.get(MAIL).status_code == 200


def test_troubles_in_a_message_are_listed(bob: Person, site: Site) -> None:
    [made] = archive(site.team, [RawMessage(b"From: a@example.org\r\nSubject: no id, no date\r\n\r\nbody")])

    assert "There is no usable Message-ID" in page_of(bob, made)


def test_many_recipients_are_folded(bob: Person, site: Site) -> None:
    made = make_message(site.team, to=", ".join(f"person{number}@example.org" for number in range(40)))

    page = page_of(bob, made)
    assert "and 30 more" in page
    assert "person39@example.org" in page


def test_a_message_of_another_space_is_not_in_this_one(root: Person, site: Site) -> None:
    assert site.team
    other = make_message(site.space("OTHER"))

    assert root.client.get(f"{MAIL}/{other}").status_code == 404
    assert root.client.get(f"/spaces/OTHER/mail/{other}").status_code == 200


def test_a_message_in_the_trash_is_nowhere_to_be_read(alice: Person, site: Site) -> None:
    made = make_message(site.team, html="<p>x</p>", attached=[Attached(b"x")])
    alice.client.post(f"{MAIL}/{made}/trash")

    for path in ("", "/headers", "/html", "/raw", "/parts/2/file.bin", "/parts/2/inline"):
        assert alice.client.get(f"{MAIL}/{made}{path}").status_code == 404


def test_hostile_headers_are_only_text(bob: Person, site: Site) -> None:
    payload = "<script>alert(1)</script>"
    made = make_message(
        site.team,
        subject=payload,
        sender=f'"{payload}" <a@example.org>',
        to=f'"{payload}" <b@example.org>',
        text=payload,
        attached=[Attached(b"x", "text/html; charset=utf-7", f'attachment; filename="{payload}.html"')],
    )

    for query in ("", "?view=text", "?q=script"):
        assert "<script>alert" not in page_of(bob, made, query)
    assert "<script>alert" not in bob.client.get(f"{MAIL}/{made}/headers").text


def test_a_message_needs_few_queries(bob: Person, site: Site) -> None:
    ids = make_conversation(site.team, 6)
    with counted_queries() as sent:
        page_of(bob, ids[3])

    assert len(sent) <= 12, "\n".join(sent)


def test_a_long_quote_is_folded_behind_its_number_of_lines(bob: Person, site: Site) -> None:
    page = page_of(bob, make_message(site.team, text=REPLY))

    assert '<details class="quote"><summary>15 quoted lines</summary>' in page
    assert '<div class="signature"><p>--<br>Ann Example</p></div>' in page
    assert page.index("Yes.") < page.index("quoted words") < page.index("No.")


def test_folding_asks_what_was_stored(bob: Person, site: Site) -> None:
    made = make_message(site.team, text=REPLY)
    with transaction() as session:
        message = session.get_one(Message, made)
        assert [kind for kind, _end in message.text_ranges] == ["new", "attribution", "quote", "new", "signature"]
        message.text_ranges = [("new", len(message.text))]

    assert 'class="quote"' not in page_of(bob, made)
