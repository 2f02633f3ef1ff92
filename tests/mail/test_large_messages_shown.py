"""Long messages are taken apart for display in the child process, and look as if they had been taken apart here."""

from __future__ import annotations

import pytest

from tests.factories import Attached, make_message
from tests.people import Person, Site
from wiki.extensions import db
from wiki.mail import display, displaying
from wiki.mail.models import Message

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
