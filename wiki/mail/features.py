"""What a message *is*, beside its text: a report, an invitation, signed, encrypted, a parcel of other messages.

Frozen values, free of database and web; :mod:`wiki.mail.parsing` finds them, and nothing in them was verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Recipient:
    """What a report says about one recipient (RFC 3464 section 2.3); '' for what it does not say.

    ``action`` is failed, delayed, delivered, relayed or expanded; of a disposition notification (RFC 8098) it is
    the disposition: displayed, deleted, denied and so on. ``status`` is a code of RFC 3463 such as 5.1.1.
    """

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True)
class Report:
    """An answer that a mail system wrote: ``kind`` is "delivery", "disposition" or "feedback" (RFC 5965)."""

    kind: str
    recipients: tuple[Recipient, ...] = ()
    reporter: str = ""


@dataclass(frozen=True)
class Attendee:
    """Somebody of an event; ``answer`` is the PARTSTAT of RFC 5545 in lower case ('' when none was given)."""

    name: str
    address: str
    answer: str = ""


@dataclass(frozen=True)
class Event:
    """An entry of a calendar (RFC 5545) in the part of that number.

    ``method`` is what is asked (request, reply, cancel …, '' if nothing). ``start`` and ``end`` are naive where the
    calendar means the local time of whoever reads, aware otherwise; of an event of whole days they are midnights, and
    ``end`` is the day after the last. ``zone`` is the name of the time zone as the calendar gives it.
    """

    part: int
    method: str = ""
    summary: str = ""
    start: datetime | None = None
    end: datetime | None = None
    zone: str = ""
    is_all_day: bool = False
    location: str = ""
    organiser: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    others: int = 0
    recurrence: str = ""
    status: str = ""

    @property
    def when(self) -> str:
        """Its time in words, in its own zone."""
        if self.start is None:
            return ""
        if self.is_all_day:
            if self.end is None or self.end.date() <= self.start.date():
                return _day(self.start)
            last = self.end - timedelta(days=1)
            return _day(self.start) if last.date() <= self.start.date() else f"{_day(self.start)} to {_day(last)}"
        words = f"{_day(self.start)}, {self.start:%H:%M}"
        if self.end is not None and self.end != self.start:
            same_day = self.end.date() == self.start.date()
            words += f" to {self.end:%H:%M}" if same_day else f" to {_day(self.end)}, {self.end:%H:%M}"
        zone = self.zone or (self.start.tzname() or "")
        return f"{words} ({zone})" if zone else words


@dataclass(frozen=True)
class Enclosed:
    """A message in the part of that number: of RFC 5322, or Outlook's. ``text`` is its beginning, for reading."""

    part: int
    subject: str = ""
    sender: str = ""
    date: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Features:
    """All of it. ``signed`` and ``encrypted`` name the way ("S/MIME", "PGP/MIME", "PGP") and are '' otherwise."""

    report: Report | None = None
    events: tuple[Event, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    signed: str = ""
    encrypted: str = ""


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B} {moment.year}"
