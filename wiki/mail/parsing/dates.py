"""When a mail was written and received, and the one moment by which it is sorted.

Pure but for the clock, and never raises: absurd dates are no dates, absurd zones are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wiki import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The sort key of a mail about whose time nothing is known: last in every list that is newest first."""

# Zero (1970) and 1 January 1980 are what clocks show that nobody ever set.
_EARLIEST = datetime(1980, 1, 2, tzinfo=UTC)
_MARGIN = timedelta(days=1)
_MAX_LENGTH = 300
_WIDEST_ZONE = timedelta(hours=24)  # RFC 5322 allows more; nobody who writes more can be believed

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")[a-z]*[.]?"
_TIME = (
    r"(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{1,2})(?:[:.](?P<second>[0-9]{1,2}))?(?:[.,][0-9]+)?"
    r"(?:\s*(?P<half>[ap]m)\b)?"
)
_SHAPES = (
    # RFC 5322 section 3.3 and the obsolete forms of 4.3: "Thu, 1 Aug 2002 14:45:33 +0200"
    rf"\b(?P<day>[0-9]{{1,2}})[\s,-]*{_MONTH}[\s,-]*(?P<year>[0-9]{{2,4}})\b(?:[\s,T]+{_TIME})?(?P<zone>.*)",
    # asctime, as on the "From " lines of an mbox: "Thu Aug  1 14:45:33 CEST 2002"
    (
        rf"\b{_MONTH}\s+(?P<day>[0-9]{{1,2}}),?\s+{_TIME}(?P<zone>[^0-9]*(?:[+-][0-9]{{4}})?)\s+"
        r"(?P<year>[0-9]{4})\b(?P<after>.*)"
    ),
    # As Americans write: "Wednesday, April 03, 2002 5:56 AM"
    rf"\b{_MONTH}\s+(?P<day>[0-9]{{1,2}}),?\s+(?P<year>[0-9]{{4}}),?\s+{_TIME}(?P<zone>.*)",
    # ISO 8601 and its like: "2002-08-01T14:45:33+02:00", "2002/09/14 Sat 02:29:32 CDT"
    rf"\b(?P<year>[0-9]{{4}})[-/](?P<month>[0-9]{{2}})[-/](?P<day>[0-9]{{2}})(?:[\sT]+(?:[a-z]{{3}}\s+)?{_TIME})?(?P<zone>.*)",
)
_DATE = tuple(re.compile(shape, re.IGNORECASE) for shape in _SHAPES)
_WEEKDAY = re.compile(r"(?<= )(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*", re.IGNORECASE)
_NUMERIC_ZONE = re.compile(r"(^\s*|[+-])([0-9]{2}):?([0-9]{2})(?![0-9])")  # some forget the plus
_ZONE_NAME = re.compile(r"\b[A-Z]{2,4}\b")
# Hours east of UTC: the zones of RFC 822, and those that mailers write and everybody reads in the same way.
_ZONES = {
    "AEDT": 11, "AEST": 10, "BST": 1, "CDT": -5, "CEST": 2, "CET": 1, "CST": -6, "EDT": -4, "EEST": 3, "EET": 2,
    "EST": -5, "GMT": 0, "HKT": 8, "JST": 9, "KST": 9, "MDT": -6, "MEST": 2, "MESZ": 2, "MET": 1, "MEZ": 1, "MSD": 4,
    "MSK": 3, "MST": -7, "NZDT": 13, "NZST": 12, "PDT": -7, "PST": -8, "SAST": 2, "SGT": 8, "UT": 0, "UTC": 0,
    "WEST": 1, "WET": 0,
}  # fmt: skip


def parse_date(text: str) -> datetime | None:
    """The moment that a Date field names, in UTC; None where it names none."""
    for pattern in _DATE:
        found = pattern.search(text[:_MAX_LENGTH])
        if found is not None:
            return _moment(found.groupdict())
    return None


def _moment(found: dict[str, str | None]) -> datetime | None:
    month = (found["month"] or "").lower()
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    try:
        local = datetime(
            _full_year(found["year"] or ""),
            int(month) if month.isdigit() else _MONTHS.index(month) + 1,
            int(found["day"] or 0),
            hour,
            int(found["minute"] or 0),
            min(int(found["second"] or 0), 59),  # a leap second is no error
            tzinfo=UTC,
        )
        return local - _zone(found.get("after") or found["zone"] or "")
    except (ValueError, OverflowError):
        return None


def _full_year(digits: str) -> int:
    """RFC 5322 section 4.3: 00 to 49 are of this century, other short years count from 1900, even "0102"."""
    year = int(digits)
    if year >= 200:
        return year
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)


def _zone(text: str) -> timedelta:
    """The distance east of UTC."""
    numeric = _NUMERIC_ZONE.search(text)
    if numeric is not None:
        offset = timedelta(hours=int(numeric[2]), minutes=int(numeric[3]))
        if offset >= _WIDEST_ZONE:
            return timedelta()
        return -offset if numeric[1] == "-" else offset
    names = (name for name in _ZONE_NAME.findall(text) if name in _ZONES)
    return timedelta(hours=_ZONES[next(names, "UTC")])


def envelope_date(line: str) -> datetime | None:
    """The moment on the "From " line of an mbox, in UTC, which it means when it names no zone."""
    # The sender's address may look like a date, too; the real one begins with its weekday.
    weekday = _WEEKDAY.search(line[:_MAX_LENGTH])
    return parse_date(weekday[0] if weekday else line.partition(" ")[2].lstrip().partition(" ")[2])


def received_date(field: str) -> datetime | None:
    """The moment behind the last semicolon of a Received field (RFC 5321 section 4.4)."""
    return parse_date(field.rpartition(";")[2]) if ";" in field else None


def sort_key(header: datetime | None, others: Iterable[datetime | None]) -> tuple[datetime, str]:
    """The sane date of a message, and a sentence about why it is not the Date header's ('' when it is).

    ``others`` are the dates that did not come from the sender, most trustworthy first (Received, then where the
    message was found). The header counts unless it is older than mail, or more than a day later than the newest
    of the others (without others: than now).
    """
    latest = clock.now() + _MARGIN
    witnesses = [date for date in others if date is not None and _EARLIEST <= date <= latest]
    if header is not None and _EARLIEST <= header <= (max(witnesses) + _MARGIN if witnesses else latest):
        return header, ""
    trouble = "There is no readable Date." if header is None else "The Date cannot be true."
    if witnesses:
        return witnesses[0], f"{trouble} The time of receipt was taken."
    return EPOCH, f"{trouble} The message is sorted as if from 1970."
