"""What Outlook packs into containers of its own comes out: winmail.dat and saved messages."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest

from tests.mail import outlook_files as files
from wiki.mail.message import ParsedMessage, Part, RawMessage
from wiki.mail.parsing.parse import parse, part_content

SENT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def mail(name: str, content_type: str, data: bytes, text: str = "See attached.") -> RawMessage:
    body = f"--b\n\n{text}\n" if text else ""
    return RawMessage(
        (
            "From: Ann <ann@example.org>\nDate: Mon, 2 Nov 2026 10:05:06 +0100\nMessage-ID: <letter@example.org>\n"
            f"Content-Type: multipart/mixed; boundary=b\n\n{body}"
            f'--b\nContent-Type: {content_type}\nContent-Disposition: attachment; filename="{name}"\n'
            "Content-Transfer-Encoding: base64\n\n"
        ).encode()
        + base64.encodebytes(data)
        + b"--b--\n"
    )


def winmail(*objects: bytes, text: str = "See attached.") -> RawMessage:
    return mail("winmail.dat", "application/ms-tnef", files.tnef(*objects), text)


def named(message: ParsedMessage, name: str) -> Part:
    (found,) = [part for part in message.parts if part.filename == name]
    return found


def test_the_files_in_a_winmail_dat_are_parts_that_can_be_found_again() -> None:
    raw = winmail(
        files.attachment("Bericht für Bob.pdf", b"%PDF-1", "application/pdf"), files.attachment("b.txt", b"B")
    )
    message = parse(raw)
    container = named(message, "winmail.dat")
    report = named(message, "Bericht für Bob.pdf")
    assert (report.container, report.content_type, report.is_attachment) == (container.index, "application/pdf", True)
    for part in message.parts:
        assert part_content(raw, part.index)[0].sha256 == part.sha256
    assert part_content(raw, named(message, "b.txt").index)[1] == b"B"
    assert message.text == "See attached."
    assert message.defects == ()


def test_the_body_of_a_winmail_dat_is_shown_where_the_mail_has_no_other() -> None:
    message = parse(winmail(files.body("Only here: café", "<p>Only <b>here</b></p>"), text=""))
    assert message.text == "Only here: café"
    assert message.html == "<p>Only <b>here</b></p>"
    assert parse(winmail(files.body("Said twice"))).text == "See attached."


def test_a_picture_in_a_winmail_dat_that_its_html_draws_is_no_attachment() -> None:
    picture = files.attachment("logo.png", b"\x89PNG", "image/png", "<logo@x>")
    message = parse(winmail(files.body("Hi", '<img src="cid:logo@x">'), picture, text=""))
    assert not named(message, "logo.png").is_attachment


def test_a_message_within_a_winmail_dat_is_unpacked_in_turn() -> None:
    inner = files.tnef(files.body("The inner text", subject="Inner"), files.attachment("deep.txt", b"deep"))
    message = parse(winmail(files.enclosed(inner)))
    (enclosed,) = message.features.enclosed
    assert (enclosed.subject, enclosed.text) == ("Inner", "The inner text")
    assert named(message, "deep.txt").container == enclosed.part


def test_a_message_that_outlook_saved_is_an_enclosed_message() -> None:
    raw = mail("Plan.msg", "application/octet-stream", files.msg("The plan", "As said.\n", SENT, {"plan.ods": b"PK"}))
    message = parse(raw)
    (enclosed,) = message.features.enclosed
    assert enclosed.subject == "The plan"
    assert enclosed.sender == '"Ann Example" <ann@example.org>'
    assert enclosed.date == SENT
    assert enclosed.text == "As said."
    assert message.text == "See attached."
    assert message.defects == ()
    attached = named(message, "plan.ods")
    assert attached.container == enclosed.part
    assert part_content(raw, attached.index)[1] == b"PK"


@pytest.mark.parametrize("cut", range(0, 2_000, 97))
def test_a_broken_container_is_kept_as_the_file_that_it_is(cut: int) -> None:
    for name, kind, data in (
        ("winmail.dat", "application/ms-tnef", files.tnef(files.body("Hi"), files.attachment("a.txt", b"A" * 900))),
        ("a.msg", "application/vnd.ms-outlook", files.msg("S", "T", SENT, {"a": b"A"})),
    ):
        message = parse(mail(name, kind, data[:cut] + bytes(reversed(data[cut : cut + 200]))))
        assert named(message, name).is_attachment
        assert message.text == "See attached."


def test_what_is_no_outlook_file_is_left_alone() -> None:
    message = parse(mail("winmail.dat", "application/ms-tnef", b"not at all"))
    assert [part.filename for part in message.attachments] == ["winmail.dat"]
    assert message.features.enclosed == ()


BOMBS = {
    "four thousand million properties": files.tnef_object(1, 0x9003, 6, b"\xff\xff\xff\xff" + b"\0" * 40),
    "four thousand million values": files.tnef_object(
        1, 0x9003, 6, b"\1\0\0\0" + b"\x03\x10\x01\x30" + b"\xff\xff\xff\xff" + b"\0" * 40
    ),
    "four thousand million recipients": files.tnef_object(1, 0x9004, 6, b"\xff\xff\xff\xff" + b"\0" * 40),
    "100,000 objects": files.tnef_object(1, 0x8004, 1, b"x") * 100_000,
    "50 messages in one another": b"",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_winmail_dat_is_refused_in_time(name: str) -> None:
    hostile = BOMBS[name]
    if not hostile:
        for _ in range(50):
            hostile = files.enclosed(files.tnef(hostile))
    raw = winmail(hostile)
    began = time.process_time()
    message = parse(raw)
    assert time.process_time() - began < 2
    assert "An Outlook container (winmail.dat) cannot be unpacked; it is kept as it is." in message.defects
