"""Long and packed messages are taken apart for display in the child process, and look as if it had been done here."""

from __future__ import annotations

import pytest

from tests.factories import Attached, archive, make_message
from tests.mail.test_parse_events import BOMBS
from tests.measured import within_processor_time
from tests.people import Person, Site
from wiki.extensions import db
from wiki.mail import display, displaying
from wiki.mail.features import Features
from wiki.mail.message import RawMessage
from wiki.mail.models import Message
from wiki.mail.parsing.parse import parse

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50
FRAGILE = "tests.bounded.functions:end"


@pytest.fixture
def letter(site: Site, bob: Person) -> Message:
    message_id = make_message(site.team, html="<p>Hello <b>there</b></p>", attached=[Attached(PICTURE)])
    return db.session.get_one(Message, message_id)


@pytest.fixture(params=["short", "long"])
def shown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "long":
        monkeypatch.setattr(display, "LONGEST_HERE", 0)


def attachment(letter: Message) -> int:
    return next(number for number in range(9) if display.part(letter, number) == PICTURE)


def test_a_part_is_downloaded(shown: None, bob: Person, letter: Message) -> None:
    page = bob.client.get(f"/spaces/TEAM/mail/{letter.id}/parts/{attachment(letter)}/notes.bin")
    assert page.status_code == 200
    assert page.data == PICTURE


def test_html_is_drawn(shown: None, bob: Person, letter: Message) -> None:
    assert "<b>there</b>" in bob.client.get(f"/spaces/TEAM/mail/{letter.id}/html").text
    assert bob.client.get(f"/spaces/TEAM/mail/{letter.id}?show=html").status_code == 200


def test_a_part_that_is_not_there_is_not_found(shown: None, letter: Message) -> None:
    with pytest.raises(KeyError):
        display.part(letter, 77)


def test_a_message_that_ends_the_child_is_refused_with_a_sentence(
    bob: Person, letter: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = attachment(letter)
    monkeypatch.setattr(display, "LONGEST_HERE", 0)
    monkeypatch.setattr(displaying, "CHILD", FRAGILE)
    page = bob.client.get(f"/spaces/TEAM/mail/{letter.id}/parts/{number}/notes.bin")
    assert page.status_code == 409
    assert "It made the program that read it stop. Download the whole message instead." in page.text


def packed(kind: str, content: str) -> RawMessage:
    """A message in HTML, with something of that kind attached."""
    lines = ["From: ann@example.org", "Content-Type: multipart/mixed; boundary=b", "", "--b"]
    lines += ["Content-Type: text/html", "", "<p>Hello</p>", "--b", f"Content-Type: {kind}", "", content, "--b--", ""]
    return RawMessage("\n".join(lines).encode())


HOSTILE = packed("text/calendar", "BEGIN:VCALENDAR\n" + BOMBS["HOURLY since 1601"] + "END:VCALENDAR")
ENCLOSED = packed("message/rfc822", "Subject: Within\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nHi\n--i--")


@pytest.mark.parametrize("ending", ["", "/headers", "/html", "?view=text"])
def test_the_page_of_a_message_with_a_hostile_calendar_is_there_at_once(bob: Person, site: Site, ending: str) -> None:
    (message_id,) = archive(site.team, [HOSTILE])
    with within_processor_time(2):
        assert bob.client.get(f"/spaces/TEAM/mail/{message_id}{ending}").status_code == 200


def test_no_calendar_and_no_report_is_read_for_display() -> None:
    assert parse(HOSTILE).features.events
    assert parse(HOSTILE, for_display=True).features == Features()


def test_what_is_packed_is_opened_in_the_child_only(bob: Person, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (message_id,) = archive(site.team, [ENCLOSED])
    address = f"/spaces/TEAM/mail/{message_id}"
    assert "<p>Hello</p>" in bob.client.get(f"{address}/html").text
    assert bob.client.get(f"{address}/parts/2/part").data.strip() == b"Hi"
    monkeypatch.setattr(displaying, "CHILD", FRAGILE)
    assert bob.client.get(f"{address}/html").status_code == 409
    assert bob.client.get(f"{address}/parts/2/part").status_code == 409
    assert b"Subject: Within" in bob.client.get(f"{address}/parts/1/part").data, "it is only handed out"


def test_what_is_not_packed_needs_no_child(bob: Person, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displaying, "CHILD", FRAGILE)
    (message_id,) = archive(site.team, [HOSTILE])
    assert "<p>Hello</p>" in bob.client.get(f"/spaces/TEAM/mail/{message_id}/html").text
