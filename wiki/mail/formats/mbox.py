"""Mailbox files in the mbox family, streamed: reading any of them, writing mboxrd.

No standard fixes the format; RFC 4155 (appendix A) describes the common core, and the Library of Congress the family
(https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml): its members differ in how a message's line that
begins with "From " is protected. ``Content-Length`` (mboxcl) is not trusted: one edited message would cut all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

# "From somebody@example.org Thu Aug  1 14:45:33 2002", with or without seconds and zone; a sentence of a letter that
# begins with "From " has no time of day and year.
_ENVELOPE = re.compile(rb"From .*\b\d{1,2}:\d\d(?::\d\d)?\b.*\b(?:19|20)\d\d\b.*\r?\n?\Z", re.DOTALL)
_MOMENT = re.compile(
    rb"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\s+(?P<day>\d{1,2})\s+"
    rb"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\b.*?(?P<year>(?:19|20)\d\d)"
)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_QUOTED = re.compile(rb"^(>*)>From ", re.MULTILINE)
_UNQUOTED = re.compile(rb"^(>*From )", re.MULTILINE)


class NotAMailbox(Exception):
    """The file is no mbox; the message is a sentence for the person."""


@dataclass(frozen=True)
class MboxEntry:
    """A message of the file, with its bytes as they stand between the separators.

    ``offset`` is where its "From " line begins and ``end`` where the next one would: reading can begin anew at either.
    ``envelope_date`` is what the "From " line says (aware; mbox writes UTC), if it can be read.
    """

    offset: int
    end: int
    content: bytes
    envelope_date: datetime | None


def read(stream: BinaryIO, *, unquote: bool = False) -> Iterator[MboxEntry]:
    """Yield the messages from where the stream stands, one in memory at a time.

    A separator is a "From " line with a time and a year, at the beginning or after an empty line. The one empty line
    before the next separator belongs to the file, not to the message. Lines that begin with ">From " are left as they
    stand, because nothing in a file tells mboxo from mboxrd, and only what stands there is certainly what was kept;
    ``unquote`` takes one ">" away, for files known to be mboxrd, such as our own. Raises NotAMailbox at once.
    """
    offset = stream.tell()
    first = stream.readline()
    if not first:
        if offset:
            return
        raise NotAMailbox("This file is empty.")
    if not first.startswith(b"From "):
        raise NotAMailbox("This file is no mbox mailbox: it does not begin with a line that starts with “From ”.")
    reading = _Message(offset, first)
    position = offset + len(first)
    for line in stream:
        if reading.ends_with_empty_line and line.startswith(b"From ") and _ENVELOPE.match(line):
            yield reading.entry(position, unquote=unquote)
            reading = _Message(position, line)
        else:
            reading.lines.append(line)
        position += len(line)
    yield reading.entry(position, unquote=unquote)


def write(stream: BinaryIO, messages: Iterable[tuple[bytes, datetime]]) -> int:
    """Write messages with their dates as mboxrd, which protects every line it must and so can be undone exactly.

    :func:`read` with ``unquote`` gives the same bytes back, but for a message without a line end at its end, which gets
    one (the format has no way to say otherwise). Gives the number of messages.
    """
    count = 0
    for content, date in messages:
        moment = date.astimezone(UTC)
        stamp = moment.strftime(f"%a {_MONTHS[moment.month - 1].decode()} {moment.day:2} %H:%M:%S %Y")
        stream.write(f"From MAILER-DAEMON {stamp}\n".encode("ascii"))
        stream.write(_UNQUOTED.sub(rb">\1", content))
        stream.write(b"\n" if content.endswith(b"\n") else b"\n\n")
        count += 1
    return count


class _Message:
    """The message that is being read."""

    def __init__(self, offset: int, separator: bytes) -> None:
        self.offset = offset
        self.separator = separator
        self.lines: list[bytes] = []

    @property
    def ends_with_empty_line(self) -> bool:
        return not self.lines or self.lines[-1] in {b"\n", b"\r\n"}

    def entry(self, end: int, *, unquote: bool) -> MboxEntry:
        if self.lines and self.lines[-1] in {b"\n", b"\r\n"}:
            self.lines.pop()
        content = b"".join(self.lines)
        if unquote:
            content = _QUOTED.sub(rb"\1From ", content)
        return MboxEntry(self.offset, end, content, _date(self.separator))


def _date(separator: bytes) -> datetime | None:
    found = _MOMENT.search(separator)
    if found is None:
        return None
    try:
        return datetime(
            int(found["year"]),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"] or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
