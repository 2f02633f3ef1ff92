"""Time zones as a calendar defines them (RFC 5545 section 3.6.5): which offset from UTC a local time has.

Our own reading instead of the library's, because that one lists every onset since 1601 of whatever rule a stranger
writes, and keeps a zone for the next calendar that gives another one the same name, as Outlook does. Here only two
years around the moment are looked at. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, datetime, timedelta, timezone
from functools import cached_property

_MAX_ONSETS = 1_000  # RDATEs of one observance
_MAX_RULE = 40  # values of one part of a rule
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})(?:[0-9]{2})?")
_MOMENT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2}))?Z?(?:/.*)?")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNKNOWN_RULES = frozenset({"BYWEEKNO", "BYYEARDAY", "BYSETPOS"})


class Unreadable(ValueError):
    """The zone says nothing, or something that no time zone needs."""


@dataclass
class Observance:
    """A STANDARD or DAYLIGHT: from each of its onsets on (local times), another offset holds."""

    values: dict[str, str] = field(default_factory=dict)
    onsets: list[str] = field(default_factory=list)

    def add(self, name: str, line: str) -> None:
        """Take a line of it, the first of its name; of RDATEs all."""
        value = line.partition(":")[2].strip()
        if name == "RDATE":
            self.onsets += value.split(",")[: max(0, _MAX_ONSETS - len(self.onsets))]
        else:
            self.values.setdefault(name, value)

    def latest(self, local: datetime) -> datetime | None:
        """Its last onset until a local time. Raises Unreadable."""
        found = list(self._listed)
        if self._rule is not None:
            for year in (local.year - 1, local.year):
                found += self._rule.onsets(year)
        return max((onset for onset in found if onset <= local), default=None)

    @cached_property
    def _listed(self) -> list[datetime]:
        return [self._start, *map(_moment, self.onsets)]

    @cached_property
    def _rule(self) -> _Rule | None:
        return _Rule.read(self.values["RRULE"], self._start) if "RRULE" in self.values else None

    @property
    def _start(self) -> datetime:
        return _moment(self.values.get("DTSTART", ""))

    @property
    def offset(self) -> timedelta:
        """East of UTC, while it holds."""
        return _offset(self.values.get("TZOFFSETTO", ""))

    @property
    def offset_before(self) -> timedelta:
        """East of UTC, until it holds."""
        return _offset(self.values.get("TZOFFSETFROM", ""))


@dataclass
class Zone:
    """A VTIMEZONE."""

    name: str = ""
    observances: list[Observance] = field(default_factory=list)

    def at(self, local: datetime) -> datetime:
        """A local time (naive) with its offset. Raises Unreadable."""
        if not self.observances:
            raise Unreadable
        onsets = [(onset, number) for number, each in enumerate(self.observances) if (onset := each.latest(local))]
        offset = self.observances[max(onsets)[1]].offset if onsets else self.observances[0].offset_before
        return local.replace(tzinfo=timezone(offset))


@dataclass(frozen=True)
class _Rule:
    """A yearly rule within one month, which is what all zones of the world need."""

    start: datetime
    month: int
    weekdays: frozenset[tuple[int, int]]
    days: frozenset[int]
    until: datetime | None
    last_year: int

    @classmethod
    def read(cls, text: str, start: datetime) -> _Rule:
        """A rule of RFC 5545 section 3.3.10. Raises Unreadable for any other."""
        parts = {name.upper(): value.upper() for name, _, value in (each.partition("=") for each in text.split(";"))}
        months = parts.get("BYMONTH", str(start.month)).split(",")
        is_known = parts.get("FREQ") == "YEARLY" and parts.get("INTERVAL", "1") == "1"
        if not is_known or len(months) != 1 or parts.keys() & _UNKNOWN_RULES:
            raise Unreadable
        last_year = start.year + _number(parts["COUNT"]) - 1 if "COUNT" in parts else MAXYEAR
        return cls(
            start=start,
            month=_number(months[0]),
            weekdays=frozenset(_weekday(each) for each in parts.get("BYDAY", "").split(",")[:_MAX_RULE] if each),
            days=frozenset(_number(each) for each in parts.get("BYMONTHDAY", "").split(",")[:_MAX_RULE] if each),
            until=_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
            last_year=last_year,
        )

    def onsets(self, year: int) -> Iterator[datetime]:
        """Those of one year."""
        try:
            first = self.start.replace(year=year, month=self.month, day=1)
        except ValueError as error:
            raise Unreadable from error
        length = 31 if self.month == 12 else (first.replace(month=self.month + 1) - first).days
        for day in range(1, length + 1):
            onset = first.replace(day=day)
            if self._holds(onset, length) and self.start <= onset and not self._is_over(onset):
                yield onset

    def _is_over(self, onset: datetime) -> bool:
        # UNTIL is in UTC: the last onset may be on the day after it in local time, and the next is a year away.
        return onset.year > self.last_year or (self.until is not None and onset - self.until > timedelta(days=1))

    def _holds(self, onset: datetime, length: int) -> bool:
        if not self.weekdays and not self.days:
            return onset.day == self.start.day
        if self.days and not self.days & {onset.day, onset.day - length - 1}:
            return False
        positions = (0, (onset.day - 1) // 7 + 1, -((length - onset.day) // 7 + 1))
        return not self.weekdays or any((position, onset.weekday()) in self.weekdays for position in positions)


def _weekday(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text)
    if found is None:
        raise Unreadable
    return int(found[1] or 0), _DAYS.index(found[2])


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", text):
        raise Unreadable
    return int(text)


def _offset(text: str) -> timedelta:
    found = _OFFSET.fullmatch(text)
    offset = timedelta(hours=int(found[2]), minutes=int(found[3])) if found else timedelta(days=1)
    if found is None or offset >= timedelta(days=1):
        raise Unreadable
    return -offset if found[1] == "-" else offset


def _moment(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise Unreadable
    try:
        return datetime(*(int(each or 0) for each in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - local
    except ValueError as error:
        raise Unreadable from error
