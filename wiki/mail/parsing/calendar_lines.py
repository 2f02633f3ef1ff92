"""A calendar's text (RFC 5545 section 3.1) reduced to what of it is read: few entries, few lines, short lines.

What strangers write comes to the library only through here, so that no calendar costs more than this lets through.
Pure, in one pass over the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wiki.mail.parsing.zones import Observance, Zone

MAX_CHARACTERS = 250_000
MAX_ENTRIES = 10
MAX_ATTENDEES = 100
_MAX_LINE = 4_000
_MAX_DEPTH = 10
_MAX_ZONES = 20
_MAX_OBSERVANCES = 100

_ENTRIES = frozenset({"VEVENT", "VTODO"})
_READ_ONCE = frozenset(
    "SUMMARY LOCATION ORGANIZER DTSTART DTEND DUE DURATION RRULE STATUS".split()  # noqa: SIM905 - easier to read
)
_OBSERVANCES = frozenset({"STANDARD", "DAYLIGHT"})
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}(?=[;:])")


class TooLarge(ValueError):
    """The calendar is beyond the bounds."""


@dataclass
class Entry:
    """An event or a task; ``others`` counts the attendees beyond those whose lines were kept."""

    kind: str
    lines: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    attendees: int = 0
    others: int = 0

    @property
    def text(self) -> str:
        """A calendar of this entry alone."""
        frame = ("BEGIN:VCALENDAR", f"BEGIN:{self.kind}"), (f"END:{self.kind}", "END:VCALENDAR", "")
        return "\r\n".join([*frame[0], *self.lines, *frame[1]])

    def add(self, name: str, line: str) -> None:
        """Keep a line that is read, the first of its name."""
        if name == "ATTENDEE":
            if self.attendees >= MAX_ATTENDEES:
                self.others += 1
                return
            self.attendees += 1
        elif name not in _READ_ONCE or name in self.seen:
            return
        self.seen.add(name)
        self.lines.append(line[:_MAX_LINE])


@dataclass
class Outline:
    """What is read of a calendar; ``zones`` are those that it defines, by their TZID."""

    method: str = ""
    entries: list[Entry] = field(default_factory=list)
    zones: dict[str, Zone] = field(default_factory=dict)


def outline(text: str) -> Outline:
    """Reduce a calendar. Raises TooLarge."""
    if len(text) > MAX_CHARACTERS:
        raise TooLarge
    reader = _Reader()
    for line in _LINE_BREAK.split(_FOLD.sub("", text)):
        found = _NAME.match(line)
        if found is not None:
            reader.take(found[0].upper(), line)
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found = Outline()
        self.open: list[str] = []
        self.entry: Entry | None = None
        self.zone: Zone | None = None

    def take(self, name: str, line: str) -> None:
        value = line.partition(":")[2].strip()
        if name == "BEGIN":
            self._begin(value.upper()[:60])
        elif name == "END":
            self._end(value.upper()[:60])
        elif self.entry is not None:
            if self.open[-1] == self.entry.kind:
                self.entry.add(name, line)
        elif self.zone is not None:
            self._take_of_zone(name, line)
        elif name == "METHOD" and len(self.open) == 1:
            self.found.method = value[:_MAX_LINE]

    def _take_of_zone(self, name: str, line: str) -> None:
        if self.zone is None:
            return
        if self.open[-1] == "VTIMEZONE" and name == "TZID":
            self.zone.name = line.partition(":")[2].strip()[:_MAX_LINE]
        elif self.open[-1] in _OBSERVANCES and self.zone.observances:
            self.zone.observances[-1].add(name, line[:_MAX_LINE])

    def _begin(self, kind: str) -> None:
        self.open.append(kind)
        if len(self.open) > _MAX_DEPTH:
            raise TooLarge
        if self.entry is not None:
            return
        if kind in _ENTRIES and self.zone is None:
            self.entry = Entry(kind)
        elif kind == "VTIMEZONE" and self.zone is None:
            if len(self.found.zones) >= _MAX_ZONES:
                raise TooLarge
            self.zone = Zone()
        elif kind in _OBSERVANCES and self.zone is not None:
            if len(self.zone.observances) >= _MAX_OBSERVANCES:
                raise TooLarge
            self.zone.observances.append(Observance())

    def _end(self, kind: str) -> None:
        if kind not in self.open:
            return
        while self.open.pop() != kind:
            pass
        if self.entry is not None and self.entry.kind not in self.open:
            if kind == self.entry.kind and len(self.found.entries) < MAX_ENTRIES:
                self.found.entries.append(self.entry)
            self.entry = None
        if self.zone is not None and "VTIMEZONE" not in self.open:
            self.found.zones.setdefault(self.zone.name, self.zone)
            self.zone = None
