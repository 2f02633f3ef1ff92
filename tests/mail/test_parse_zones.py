"""The time zones that a calendar defines itself are understood as it means them, each calendar for itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.letters import letter
from wiki.mail.features import Event
from wiki.mail.message import ParsedMessage

DAYLIGHT = {
    "Europe/Berlin": ("16010101T030000", "BYDAY=-1SU;BYMONTH=10", "16010101T020000", "BYDAY=-1SU;BYMONTH=3"),
    "America/New_York": ("16010101T020000", "BYDAY=1SU;BYMONTH=11", "16010101T020000", "BYDAY=2SU;BYMONTH=3"),
    "Australia/Sydney": ("16010101T030000", "BYDAY=1SU;BYMONTH=4", "16010101T020000", "BYDAY=1SU;BYMONTH=10"),
}
OFFSETS = {
    "Europe/Berlin": ("+0100", "+0200"),
    "America/New_York": ("-0500", "-0400"),
    "Australia/Sydney": ("+1000", "+1100"),
}


def observance(kind: str, start: str, before: str, after: str, *lines: str) -> list[str]:
    return [f"BEGIN:{kind}", f"DTSTART:{start}", *lines, f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", f"END:{kind}"]


def outlook_zone(place: str) -> list[str]:
    winter, winter_rule, summer, summer_rule = DAYLIGHT[place]
    standard, daylight = OFFSETS[place]
    return [
        *observance("STANDARD", winter, daylight, standard, f"RRULE:FREQ=YEARLY;{winter_rule}"),
        *observance("DAYLIGHT", summer, standard, daylight, f"RRULE:FREQ=YEARLY;{summer_rule}"),
    ]


def message(zone: list[str], moment: str, name: str = "Customized Time Zone") -> ParsedMessage:
    return letter(
        *("Content-Type: text/calendar", "", "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", f"TZID:{name}", *zone),
        *("END:VTIMEZONE", "BEGIN:VEVENT", f'DTSTART;TZID="{name}":{moment}', "END:VEVENT", "END:VCALENDAR"),
    )


def event(zone: list[str], moment: str, name: str = "Customized Time Zone") -> Event:
    (found,) = message(zone, moment, name).features.events
    return found


def offset(zone: list[str], moment: str) -> float | None:
    start = event(zone, moment).start
    assert start is not None
    difference = start.utcoffset()
    return None if difference is None else difference / timedelta(hours=1)


# From 2008 on all three places have had the rules that are above.
@given(st.sampled_from(sorted(DAYLIGHT)), st.dates(date(2008, 11, 3), date(2037, 1, 1)))
def test_a_zone_of_outlook_has_the_offsets_of_the_place(place: str, day: date) -> None:
    local = datetime.combine(day, time(12))  # noon is never there twice, or not at all
    assert event(outlook_zone(place), f"{local:%Y%m%dT%H%M%S}").start == local.replace(tzinfo=ZoneInfo(place))


def test_two_messages_may_give_the_same_name_to_different_zones() -> None:
    for written, hours in (("-0800", -8), ("+0900", 9)):
        zone = observance("STANDARD", "16010101T000000", written, written)
        assert offset(zone, "20260101T090000") == hours


def test_a_zone_with_the_name_of_a_place_is_the_place() -> None:
    wrong = observance("STANDARD", "16010101T000000", "-0800", "-0800")
    start = event(wrong, "20260101T090000", "Europe/Berlin").start
    assert start is not None
    assert start.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("lines", "moment", "hours"),
    [
        ([], "20191231T235959", 1),
        ([], "20200601T000000", 2),
        (["RDATE:20210601T000000,20220601T000000"], "20220601T000000", 2),
        (["RRULE:FREQ=YEARLY;COUNT=2"], "20260101T000000", 2),
        (["RRULE:FREQ=YEARLY;UNTIL=20210701T000000Z"], "20260101T000000", 2),
        (["RRULE:FREQ=YEARLY;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU"], "20260101T000000", 2),
    ],
)
def test_an_observance_holds_from_its_onset_on(lines: list[str], moment: str, hours: int) -> None:
    assert offset(observance("DAYLIGHT", "20200601T000000", "+0100", "+0200", *lines), moment) == hours


@pytest.mark.parametrize(("rule", "hours"), [("COUNT=2", 1), ("UNTIL=20210701T000000Z", 1), ("INTERVAL=1", 2)])
def test_a_rule_that_ended_has_no_more_onsets(rule: str, hours: int) -> None:
    zone = [
        *observance("DAYLIGHT", "20200601T000000", "+0100", "+0200", f"RRULE:FREQ=YEARLY;{rule}"),
        *observance("STANDARD", "20200901T000000", "+0200", "+0100", "RRULE:FREQ=YEARLY"),
    ]
    assert offset(zone, "20260701T000000") == hours


@pytest.mark.parametrize(
    "zone",
    [
        [],
        observance("STANDARD", "soon", "+0100", "+0200"),
        observance("STANDARD", "16010101T000000", "+0100", "+9900"),
        observance("STANDARD", "16010101T000000", "+0100", "+0200", "RRULE:FREQ=SECONDLY"),
        observance("STANDARD", "16010101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=13"),
        observance("STANDARD", "16010101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=XX"),
        observance("STANDARD", "16010101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;INTERVAL=" + "9" * 5_000),
    ],
    ids=["empty", "no onset", "no offset", "seconds", "month", "day", "interval"],
)
def test_the_times_of_a_zone_that_cannot_be_read_stay_as_written(zone: list[str]) -> None:
    found = message(zone, "20260101T090000")
    assert found.features.events[0].when == "Thursday 1 January 2026, 09:00 (Customized Time Zone)"
    assert "A calendar's time zone cannot be read; its times are shown as they are written." in found.defects
