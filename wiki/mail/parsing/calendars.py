"""Invitations and other entries of calendars (RFC 5545) in mail, as events. Pure, bounded, never raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any

from wiki.mail.features import Attendee, Event
from wiki.mail.parsing import calendar_lines, headers
from wiki.mail.parsing.zones import Unreadable, Zone
from wiki.words import joined

TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
BROKEN = "A calendar entry cannot be read; it is shown as the file that it is."
_ZONE = "A calendar's time zone cannot be read; its times are shown as they are written."
_PARTLY = "A calendar entry is partly broken."
_MAX_TEXT = 1_000
_YEARS = range(2, 9_999)  # beyond these no zone and no day after can be reckoned with
_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # fmt: skip


def events(text: str, part: int) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """The first events of a calendar's text, found in the part of that number; and sentences about what is broken."""
    try:
        outline = calendar_lines.outline(text)
    except calendar_lines.TooLarge:
        return (), ("A calendar is too large to be read; it is shown as the file that it is.",)
    entries = [_Entry(entry, _word(outline.method), part, outline.zones) for entry in outline.entries]
    try:
        found = tuple(entry.event() for entry in entries)
    except Exception:  # noqa: BLE001 - the library raises whatever it likes on what strangers write
        return (), (BROKEN,)
    problems = [problem for entry in entries for problem in entry.problems]
    return found, tuple(dict.fromkeys(problems)) if found else (BROKEN,)


@dataclass
class _Entry:
    """An event or task on its way; ``problems`` are complete once it was read."""

    source: calendar_lines.Entry
    method: str
    part: int
    zones: dict[str, Zone]
    problems: list[str] = field(default_factory=list)
    entry: Any = None

    def event(self) -> Event:
        from icalendar import Calendar  # rare, and slow to load  # noqa: PLC0415
        from icalendar.timezone import tzp  # noqa: PLC0415

        tzp.use_default()  # forgets the zones of the calendars before, whose names strangers made up
        (self.entry,) = Calendar.from_ical(self.source.text).subcomponents
        if self.entry.errors:
            self.problems.append(_PARTLY)
        return self._timed(
            Event(
                part=self.part,
                method=self.method,
                summary=self._text("SUMMARY"),
                location=self._text("LOCATION"),
                organiser=next(self._people("ORGANIZER"), None),
                attendees=tuple(self._people("ATTENDEE")),
                others=self.source.others,
                recurrence=self._recurrence(),
                status=_word(self.entry.get("STATUS")),
            )
        )

    def _timed(self, event: Event) -> Event:
        start = self._moment("DTSTART")
        end = self._moment("DTEND") or self._moment("DUE")
        if start is None:
            return event
        if not isinstance(start, datetime):
            last = end if end is not None and not isinstance(end, datetime) else start + timedelta(days=1)
            return replace(event, start=_midnight(start), end=_midnight(max(last, start)), is_all_day=True)
        end = end or self._after(start)
        if not isinstance(end, datetime) or (end.tzinfo is None) != (start.tzinfo is None):
            end = None
        elif start.tzinfo is not None:
            end = end.astimezone(start.tzinfo)
        parameters = self._sound("DTSTART").params
        zone = _short(parameters.get("TZID", "") or ("UTC" if start.utcoffset() == timedelta() else ""))
        return replace(event, start=_fixed(start), end=_fixed(end) if end else None, zone=zone)

    def _after(self, start: datetime) -> datetime | None:
        """When it ends if it says how long it takes."""
        duration = getattr(self._sound("DURATION"), "dt", None)
        try:
            end = start + duration if isinstance(duration, timedelta) else None
        except OverflowError:
            end = start.replace(year=MAXYEAR)
        if end is not None and end.year not in _YEARS:
            self.problems.append(_PARTLY)
            return None
        return end

    def _moment(self, name: str) -> date | None:
        moment = getattr(self._sound(name), "dt", None)
        if not isinstance(moment, date):
            return None
        if moment.year not in _YEARS:
            self.problems.append(_PARTLY)
            return None
        return self._in_zone(name, moment) if isinstance(moment, datetime) else moment

    def _in_zone(self, name: str, moment: datetime) -> datetime:
        """The moment in the zone that the calendar itself defines, unless it bears the name of one of the world's."""
        identifier = str(self._sound(name).params.get("TZID", ""))
        zone = self.zones.get(identifier)
        if zone is None or getattr(moment.tzinfo, "key", None) == identifier:
            return moment
        try:
            return zone.at(moment.replace(tzinfo=None))
        except Unreadable:
            self.problems.append(_ZONE)
            return moment

    def _sound(self, name: str) -> Any:
        """The property; None if the library calls it broken."""
        value = self.entry.get(name)
        return None if type(value).__name__ == "vBroken" else value

    def _text(self, name: str) -> str:
        return _short(self._sound(name) or "")

    def _people(self, name: str) -> Iterator[Attendee]:
        values = self.entry.get(name) or []
        for value in values if isinstance(values, list) else [values]:
            address = str(value)
            parameters = getattr(value, "params", {})
            yield Attendee(
                name=_short(parameters.get("CN", "")),
                address=_short(address[7:] if address.lower().startswith("mailto:") else address),
                answer=_word(parameters.get("PARTSTAT")).replace("needs-action", ""),
            )

    def _recurrence(self) -> str:
        rule = self._sound("RRULE")
        return recurrence({key: list(value) for key, value in rule.items()}) if rule else ""


def recurrence(rule: dict[str, Sequence[Any]]) -> str:
    """A recurrence rule (RFC 5545 section 3.3.10) in words: "every 2 weeks on Monday, 5 times"."""
    unit = _UNITS.get(str(next(iter(rule.get("FREQ", [])), "")).upper())
    if unit is None:
        return "repeatedly"
    interval = int(next(iter(rule.get("INTERVAL", [])), 1))
    words = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    days = [_weekday(str(day)) for day in rule.get("BYDAY", [])][:7]
    if days:
        words += f" on {joined(days)}"
    dates = [str(day) for day in rule.get("BYMONTHDAY", [])][:31]
    if dates:
        words += f" on day {joined(dates)}"
    months = [_MONTHS[int(month) - 1] for month in rule.get("BYMONTH", []) if 1 <= int(month) <= 12]
    if months:
        words += f" in {joined(months)}"
    count, until = (next(iter(rule.get(name, [])), None) for name in ("COUNT", "UNTIL"))
    if count is not None:
        words += f", {count} times"
    if isinstance(until, date):
        words += f", until {until.day} {until:%B %Y}"
    return words


def _weekday(day: str) -> str:
    name = _DAYS.get(day[-2:].upper(), day)
    position = day[:-2].lstrip("+")
    return f"the {_ORDINALS.get(position, position + '.')} {name}" if position else name


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone


def _fixed(moment: datetime) -> datetime:
    """The same moment with an offset instead of a zone of the library, so that it can be written down."""
    return datetime.fromisoformat(moment.isoformat())


def _short(value: object) -> str:
    return headers.one_line(str(value))[:_MAX_TEXT]


def _word(value: object) -> str:
    return _short(value or "").lower()[:40]
