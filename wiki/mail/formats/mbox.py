"""Mailbox files of the mbox family, streamed: reading any of them, writing mboxrd.

No standard fixes the format. RFC 4155 (appendix A) describes the common core, the Library of Congress the family
(https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml), qmail's mbox(5) the rule that both rest on. A
message begins with a "From " line and ends with an empty one, which belongs to the file. The members differ in how a
line of a message that itself begins with "From " is protected:

* **mboxo** puts ``>`` before "From " only. Then ``>From`` may have been either, and taking the ``>`` away damages what
  was a quotation from the start.
* **mboxrd** puts ``>`` before every ``>``… "From ", so that it can be undone exactly.
* **mboxcl** trusts ``Content-Length``: one edited message, and all that follow are cut in the wrong place. It is never
  trusted here.

Nothing in a foreign file tells mboxo from mboxrd for certain: a doubled ``>>From`` may be a quoted quotation. So the
bytes are kept as they stand, unless the writer has put its name on the "From " line: this module writes
``mboxrd@postroom.invalid``, and public-inbox writes ``mboxrd@z``. What they wrote is unquoted, so that an exported
message comes back with the same SHA-256. The reader may also be told by a person who knows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import BinaryIO

from wiki.mail.message import RawMessage
from wiki.mail.parsing.dates import EPOCH, envelope_date

MAX_MESSAGE = 256 * 1024 * 1024
"""Bytes of one message; a larger one is a damaged file, and no reason to fill the memory."""
_CHUNK = 1024 * 1024
_MAX_SEPARATOR = 1_000

# "From joe@example.org Thu Aug  1 14:45:33 2002", seconds and zone as they come; a sentence in a letter that begins
# with "From " has no time of day and year.
_DATED = re.compile(rb"From .*[0-9]{1,2}:[0-9]{2}\b.*\b(?:19|20)[0-9]{2}\b")
_FIELD = re.compile(rb">?From |[!-9;-~]{1,200}:")
_KNOWN_MBOXRD = re.compile(rb"From mboxrd(?:-unterminated)?@(?:z|postroom\.invalid) ")
_UNTERMINATED = b"From mboxrd-unterminated@postroom.invalid "
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_MBOXRD_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MBOXO_QUOTED = re.compile(rb"^>(From )", re.MULTILINE)
_EMPTY_LINES = (b"\n", b"\r\n")


class NotAMailbox(Exception):
    """The file is no mbox, or no longer one from some place on; the message is a sentence for the person."""


class Quoting(Enum):
    """What is done with lines that begin with ``>From``."""

    DETECT = "detect"
    AS_IT_STANDS = "as it stands"
    MBOXO = "mboxo"
    MBOXRD = "mboxrd"


@dataclass(frozen=True)
class MboxEntry:
    """A message of the file, with its exact bytes.

    ``offset`` is where its "From " line begins and ``end`` where the next one would: reading can begin anew at either.
    ``envelope_date`` is what the "From " line says (aware, UTC), if it can be read.
    """

    offset: int
    end: int
    content: bytes
    envelope_date: datetime | None


def read(stream: BinaryIO, quoting: Quoting = Quoting.DETECT) -> Iterator[MboxEntry]:
    """Yield the messages from where the stream stands, one in memory at a time.

    A separator is a "From " line behind an empty line. Where the first one of the file has a date, all must have one;
    where it has none, a header field must follow each. Raises NotAMailbox, before anything is yielded where the
    file does not begin as one.
    """
    lines = _Lines(stream)
    separator = _first_separator(lines)
    if separator is None:
        return
    needs_date = _is_dated(separator)
    message = _Message(lines.offset - len(separator), separator)
    for line in lines:
        is_candidate = message.is_complete and lines.is_line_start and line.startswith(b"From ")
        if is_candidate and (_is_dated(line) if needs_date else lines.field_follows()):
            yield message.entry(lines.offset - len(line), quoting)
            message = _Message(lines.offset - len(line), line)
        else:
            message.add(line)
    yield message.entry(lines.offset, quoting)


def write(stream: BinaryIO, messages: Iterable[RawMessage]) -> int:
    """Write messages as mboxrd and give their number; :func:`read` gives back exactly the same bytes.

    The date of the "From " line is ``internal_date``, 1970 without one.
    """
    count = 0
    for message in messages:
        count += 1
        content = message.content
        is_terminated = not content or content.endswith(b"\n")
        sender = b"From mboxrd@postroom.invalid " if is_terminated else _UNTERMINATED
        moment = (message.internal_date or EPOCH).astimezone(UTC)
        stream.write(sender + time.asctime(moment.timetuple()).encode("ascii") + b"\n")
        stream.write(_TO_QUOTE.sub(rb">\1", content))
        # The format knows lines only: a last line without an end gets one, and the "From " line says so.
        stream.write(b"\n" if is_terminated else b"\n\n")
    return count


def unquote(content: bytes, quoting: Quoting) -> bytes:
    """A message with the ``>`` before its "From " lines taken away as that kind of file needs it."""
    if quoting is Quoting.MBOXRD:
        return _MBOXRD_QUOTED.sub(rb"\1", content)
    return _MBOXO_QUOTED.sub(rb"\1", content) if quoting is Quoting.MBOXO else content


def _is_dated(line: bytes) -> bool:
    return _DATED.match(line, 0, _MAX_SEPARATOR) is not None


def _first_separator(lines: _Lines) -> bytes | None:
    """The "From " line with which the file begins; None where the stream stands at the end of a file read before."""
    begins_at = lines.offset
    line = next((line for line in lines if line not in _EMPTY_LINES), b"")
    if not line:
        if begins_at:
            return None
        raise NotAMailbox("This file is empty.")
    if not line.startswith(b"From ") or not (_is_dated(line) or lines.field_follows()):
        raise NotAMailbox("This file is no mbox mailbox: it does not begin with a line that starts with “From ”.")
    return line


class _Lines:
    """The lines of a stream, over-long ones in chunks, with a look at the one that follows."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._following: bytes | None = None
        self._last = b"\n"
        self.offset = stream.tell()
        """Where the line given last ends."""
        self.is_line_start = True
        """Whether that line was the beginning of one."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self._stream.readline(_CHUNK) if self._following is None else self._following
        self._following = None
        if not line:
            raise StopIteration
        self.offset += len(line)
        self.is_line_start = self._last.endswith(b"\n")
        self._last = line
        return line

    def field_follows(self) -> bool:
        """Whether the next line looks like the first of a header."""
        if self._following is None:
            self._following = self._stream.readline(_CHUNK)
        return _FIELD.match(self._following) is not None


class _Message:
    """The message that is being read."""

    def __init__(self, offset: int, separator: bytes) -> None:
        self._offset = offset
        self._separator = separator
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def is_complete(self) -> bool:
        """Whether a separator may follow here."""
        return not self._lines or self._lines[-1] in _EMPTY_LINES

    def add(self, line: bytes) -> None:
        """Take one more line. Raises NotAMailbox when the message exceeds all bounds."""
        self._lines.append(line)
        self._size += len(line)
        if self._size > MAX_MESSAGE:
            raise NotAMailbox(
                f"The message at byte {self._offset:,} is larger than {MAX_MESSAGE // 1024 // 1024} MB;"
                " the file cannot be read further."
            )

    def entry(self, end: int, quoting: Quoting) -> MboxEntry:
        """The message, ended."""
        if self._lines and self._lines[-1] in _EMPTY_LINES:
            self._lines.pop()
        content = b"".join(self._lines)
        if quoting is Quoting.DETECT:
            quoting = Quoting.MBOXRD if _KNOWN_MBOXRD.match(self._separator) else Quoting.AS_IT_STANDS
        if self._separator.startswith(_UNTERMINATED):
            content = content.removesuffix(b"\n")
        date = envelope_date(self._separator[:_MAX_SEPARATOR].decode("ascii", "replace"))
        return MboxEntry(self._offset, end, unquote(content, quoting), date)
