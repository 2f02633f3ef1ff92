"""Invitations: what is to happen, when and where, who is asked; broken ones stay files."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.mail.letters import letter
from tests.measured import within_processor_time
from wiki.mail.features import Attendee, Event
from wiki.mail.message import ParsedMessage
from wiki.mail.parsing import calendars

CET = timezone(timedelta(hours=1))


def invitation(*lines: str, method: str = "REQUEST") -> ParsedMessage:
    calendar = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", *lines, "END:VCALENDAR"]
    return letter(
        "Content-Type: multipart/alternative; boundary=a",
        *(
            "",
            "--a",
            "",
            "You are invited.",
            "--a",
            "Content-Type: text/calendar; charset=utf-8",
            "",
            *calendar,
            "--a--",
        ),
    )


def event(*lines: str) -> Event:
    (found,) = invitation("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT").features.events
    return found


def test_an_invitation_says_everything() -> None:
    message = invitation(
        *("BEGIN:VEVENT", "UID:1", "SUMMARY:Réunion\\, weekly", "LOCATION:Room 1", "STATUS:CONFIRMED"),
        *("DTSTART;TZID=Europe/Berlin:20261102T100000", "DTEND;TZID=Europe/Berlin:20261102T113000"),
        "ORGANIZER;CN=Ann Example:mailto:ann@example.org",
        "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.org",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:carl@example.org",
        *("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=5", "END:VEVENT"),
    )
    (found,) = message.features.events
    assert found == Event(
        part=1,
        method="request",
        summary="Réunion, weekly",
        start=datetime(2026, 11, 2, 10, tzinfo=CET),
        end=datetime(2026, 11, 2, 11, 30, tzinfo=CET),
        zone="Europe/Berlin",
        location="Room 1",
        organiser=Attendee("Ann Example", "ann@example.org"),
        attendees=(Attendee("Bob", "bob@example.org", "accepted"), Attendee("", "carl@example.org")),
        recurrence="every 2 weeks on Monday, 5 times",
        status="confirmed",
    )
    assert found.when == "Monday 2 November 2026, 10:00 to 11:30 (Europe/Berlin)"
    assert message.text == "You are invited."
    assert message.defects == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["DTSTART;VALUE=DATE:20261102"], "Monday 2 November 2026"),
        (
            ["DTSTART;VALUE=DATE:20261102", "DTEND;VALUE=DATE:20261105"],
            "Monday 2 November 2026 to Wednesday 4 November 2026",
        ),
        (["DTSTART:20261102T100000Z", "DURATION:PT1H"], "Monday 2 November 2026, 10:00 to 11:00 (UTC)"),
        (["DTSTART:20261102T100000"], "Monday 2 November 2026, 10:00"),
        (
            ["DTSTART:20261102T230000", "DTEND:20261103T010000"],
            "Monday 2 November 2026, 23:00 to Tuesday 3 November 2026, 01:00",
        ),
        ([], ""),
    ],
)
def test_the_time_in_words(lines: list[str], words: str) -> None:
    assert event(*lines).when == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on day 1 and 15"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "every year on the second Sunday in March"),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270101T000000Z",
            "every week on Monday, Wednesday and Friday, until 1 January 2027",
        ),
    ],
)
def test_a_recurrence_in_words(rule: str, words: str) -> None:
    assert event(f"RRULE:{rule}").recurrence == words


def test_an_invitation_that_comes_twice_is_shown_once() -> None:
    calendar = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:Once", "END:VEVENT", "END:VCALENDAR"]
    message = letter(
        "Content-Type: multipart/mixed; boundary=m",
        *("", "--m", "Content-Type: text/calendar", "", *calendar),
        *("--m", "Content-Type: application/octet-stream; name=invite.ics", "", *calendar, "--m--"),
    )
    assert [each.summary for each in message.features.events] == ["Once"]
    assert [part.filename for part in message.attachments] == ["", "invite.ics"]


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR"])
def test_a_broken_calendar_stays_a_file_and_is_said(text: str) -> None:
    message = letter("Content-Type: text/calendar", "", text)
    assert message.features.events == ()
    assert calendars.BROKEN in message.defects
    assert message.parts[0].is_attachment


def test_what_is_sound_in_a_broken_event_is_shown() -> None:
    message = invitation("BEGIN:VEVENT", "SUMMARY:Party", "DTSTART:soon", "END:VEVENT")
    assert [each.summary for each in message.features.events] == ["Party"]
    assert "A calendar entry is partly broken." in message.defects


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:00010101", "DTEND;VALUE=DATE:00010101"],
        ["DTSTART;VALUE=DATE:99991231"],
        ["DTSTART:00010101T000000Z"],
        ["DTSTART;TZID=Asia/Tokyo:00010101T000000"],
    ],
)
def test_a_year_that_cannot_be_is_refused(lines: list[str]) -> None:
    message = invitation("BEGIN:VEVENT", "SUMMARY:Party", *lines, "END:VEVENT")
    assert [(each.summary, each.when) for each in message.features.events] == [("Party", "")]
    assert "A calendar entry is partly broken." in message.defects


@pytest.mark.parametrize("duration", ["P99999999D", "P2912160D"])
def test_an_event_that_lasts_for_ever_has_no_end(duration: str) -> None:
    message = invitation("BEGIN:VEVENT", "DTSTART:20261102T100000", f"DURATION:{duration}", "END:VEVENT")
    assert [each.when for each in message.features.events] == ["Monday 2 November 2026, 10:00"]
    assert "A calendar entry is partly broken." in message.defects


def test_of_very_many_attendees_the_first_are_named_and_the_others_counted() -> None:
    found = event(*(f"ATTENDEE:mailto:a{number}@example.org" for number in range(130)))
    assert (len(found.attendees), found.attendees[99].address, found.others) == (100, "a99@example.org", 30)


def test_what_belongs_to_an_alarm_is_not_taken_for_the_event_s() -> None:
    assert event("BEGIN:VALARM", "SUMMARY:Wake up", "END:VALARM", "SUMMARY:Tea").summary == "Tea"


ZONE = (
    "BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:16010101T020000\nRRULE:FREQ={}\n"
    "TZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\n"
)
USE = "BEGIN:VEVENT\nDTSTART;TZID=x:20261102T100000\nEND:VEVENT\n"
LONG_ZONE = (
    "BEGIN:VTIMEZONE\nTZID:x\n"
    + (
        "BEGIN:STANDARD\nDTSTART:16010101T020000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY="
        + ",".join(["-1SU"] * 40)
        + "\nRDATE:"
        + ",".join(["20200101T000000"] * 100)
        + "\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\n"
    )
    * 100
    + "END:VTIMEZONE\n"
)
BOMBS = {
    **{
        f"{unit} since 1601": ZONE.format(f"{unit}{end}") + ZONE.format(unit).replace("STANDARD", "DAYLIGHT") + USE
        for unit in ("MINUTELY", "HOURLY", "WEEKLY", "MONTHLY")
        for end in ("", ";UNTIL=99981231T000000Z", ";COUNT=999999999")
    },
    "all years until the last": ZONE.format("YEARLY;UNTIL=99981231T000000Z") + USE.replace("2026", "9998"),
    "many onsets": LONG_ZONE + USE * 10,
    "parameters of attendees": "BEGIN:VEVENT\n" + ("ATTENDEE" + ";A=b" * 990 + ":x\n") * 60 + "END:VEVENT\n",
    "rules": ("BEGIN:VEVENT\nRRULE:FREQ=DAILY;BYDAY=" + ",".join(["MO"] * 1_300) + "\nEND:VEVENT\n") * 10,
    "other components": "BEGIN:X\nEND:X\n" * 15_000,
    "attendees": "BEGIN:VEVENT\n" + "ATTENDEE:mailto:x@example.org\n" * 8_000 + "END:VEVENT\n",
    "nested": "BEGIN:VEVENT\n" * 18_000,
    "folds": "SUMMARY:a\n b" * 20_000,
    "escapes": "BEGIN:VEVENT\nSUMMARY:" + "\\," * 120_000 + "\nEND:VEVENT\n",
    "parameters": "BEGIN:VEVENT\nSUMMARY" + ";A=b" * 60_000 + ":x\nEND:VEVENT\n",
    "seconds since 1601": ZONE.format("SECONDLY") + USE,
    "days since 1601": ZONE.format("DAILY") * 20 + USE,
    "events": "BEGIN:VEVENT\nEND:VEVENT\n" * 9_000,
    "long interval": "BEGIN:VEVENT\nDTSTART:20261102T100000\nDURATION:P99999999999D\nEND:VEVENT\n",
    "huge numbers": "BEGIN:VEVENT\nRRULE:FREQ=DAILY;INTERVAL=" + "9" * 5_000 + "\nEND:VEVENT\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_calendar_is_read_in_time(name: str) -> None:
    with within_processor_time(1):
        message = letter("Content-Type: text/calendar", "", "BEGIN:VCALENDAR", BOMBS[name] + "END:VCALENDAR")
    assert len(message.features.events) <= 10
