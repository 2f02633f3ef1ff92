"""Messages within messages: each with its own subject, sender and date, its text apart, its files found again."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from tests.mail.letters import letter, nasty
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import parse, part_content

INNER = (
    "From: Carl <carl@example.org>",
    "Subject: =?utf-8?q?B=C3=BCcher?=",
    "Date: Sun, 1 Nov 2026 08:00:00 +0100",
    "Content-Type: multipart/mixed; boundary=i",
    "",
    "--i",
    "",
    "The inner text.",
    "--i",
    "Content-Type: application/pdf",
    "Content-Disposition: attachment; filename=list.pdf",
    "",
    "%PDF",
    "--i--",
)
OUTER = ("Content-Type: multipart/mixed; boundary=o", "", "--o", "", "See below.", "--o")


def test_a_forwarded_message_stands_apart_with_its_own_header() -> None:
    message = letter(*OUTER, "Content-Type: message/rfc822", "", *INNER, "--o--")
    (enclosed,) = message.features.enclosed
    assert (enclosed.subject, enclosed.sender) == ("Bücher", "Carl <carl@example.org>")
    assert enclosed.date == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert enclosed.text == "The inner text."
    assert message.text == "See below."
    assert message.defects == ()


def test_its_files_are_parts_behind_those_of_the_message_and_are_found_again() -> None:
    lines = [*OUTER, "Content-Type: message/rfc822", "", *INNER, "--o", "Content-Type: image/png; name=last.png", ""]
    content = "\n".join([*lines, "PNG", "--o--"]).encode()
    message = parse(RawMessage(content))
    assert [(part.filename, part.container) for part in message.parts] == [
        ("", None),
        ("Bücher.eml", None),
        ("last.png", None),
        ("", 1),
        ("list.pdf", 1),
    ]
    assert [part.filename for part in message.attachments] == ["Bücher.eml", "last.png", "list.pdf"]
    for part in message.parts:
        assert part_content(RawMessage(content), part.index)[0].sha256 == part.sha256
    assert part_content(RawMessage(content), 4)[1] == b"%PDF"


def test_a_message_attached_as_a_file_is_an_enclosed_message() -> None:
    encoded = base64.encodebytes("\n".join(INNER).encode()).decode()
    kind = 'Content-Type: application/octet-stream; name="mail.eml"'
    message = letter(*OUTER, kind, "Content-Transfer-Encoding: base64", "", encoded, "--o--")
    assert [each.subject for each in message.features.enclosed] == ["Bücher"]


def test_a_file_that_is_only_called_a_message_is_a_file() -> None:
    message = letter(*OUTER, 'Content-Type: application/octet-stream; name="mail.eml"', "", "\1\2\3", "--o--")
    assert message.features.enclosed == ()
    assert [part.filename for part in message.parts] == ["", "mail.eml"]


def test_each_message_of_a_digest_is_one() -> None:
    message = letter(
        "Content-Type: multipart/digest; boundary=d",
        "",
        *("--d", "", "Subject: One", "", "First.", "--d", "", "Subject: Two", "", "Second.", "--d--"),
    )
    assert [(each.subject, each.text) for each in message.features.enclosed] == [("One", "First."), ("Two", "Second.")]


def test_messages_are_unpacked_five_deep_and_the_rest_stays_packed() -> None:
    lines = ["Subject: the innermost", "", "Hi"]
    for depth in range(8):
        lines = [f"Subject: {depth}", "Content-Type: message/rfc822", "", *lines]
    message = letter(*lines)
    assert [each.subject for each in message.features.enclosed][::-1] == ["6", "5", "4", "3", "2"]
    assert "Messages are packed into one another more than 5 deep; the inner stayed packed." in message.defects


def test_more_parts_than_a_thousand_stay_packed() -> None:
    inner = ["Content-Type: multipart/mixed; boundary=i", "", *(["--i", "", "x"] * 400), "--i--"]
    message = letter(
        "Content-Type: multipart/mixed; boundary=o",
        "",
        *(["--o", "Content-Type: message/rfc822", "", *inner] * 4),
    )
    assert len(message.parts) == 804
    assert "Not everything that is attached was unpacked: it is too much." in message.defects


def test_a_picture_of_the_enclosed_message_is_not_taken_for_one_of_the_outer() -> None:
    picture = ("--i", "Content-Type: image/png", "Content-ID: <logo>", "", "PNG", "--i--")
    inner = ("Content-Type: multipart/mixed; boundary=i", "", "--i", "", "Text", *picture)
    html = (
        "Content-Type: multipart/mixed; boundary=o",
        "",
        "--o",
        "Content-Type: text/html",
        "",
        "<img src='cid:logo'>",
    )
    message = letter(*html, "--o", "Content-Type: message/rfc822", "", *inner, "--o--")
    assert message.parts[-1].is_attachment


def test_an_enclosed_message_is_named_by_its_subject() -> None:
    (enclosed,) = nasty("mail-within-a-mail").features.enclosed
    assert enclosed.subject == "Minutes of Monday/Tuesday"
