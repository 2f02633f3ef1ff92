"""Mailbox files of the mbox family, streamed: reading any of them, writing mboxrd.

No standard fixes the format. RFC 4155 (appendix A) describes the common core, the Library of Congress the family
(https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml), qmail's mbox(5) the rule that both rest on. A
message begins with a "From " line and ends with an empty one, which belongs to the file. The members differ in how a
line of a message that itself begins with "From " is protected:

* **mboxo** puts ``>`` before "From " only. Then ``>From`` may have been either, and taking the ``>`` away damages what
  was a quotation from the start.
* **mboxrd** puts ``>`` before every ``>``… "From ", so that it can be undone exactly.
* **mboxcl** quotes like mboxo and says with ``Content-Length`` how long the body is; **mboxcl2** quotes nothing and
  relies on that number. One edited message, and all that follow are cut in the wrong place. So it is believed only
  where a line that looks like a separator stands inside of what it spans, and only when it ends exactly before a
  separator or at the end of the file.

Nothing in a foreign file tells mboxo from mboxrd for certain: a doubled ``>>From`` may be a quoted quotation. So the
bytes are kept as they stand, unless the writer has put its name on the "From " line: this module writes
``mboxrd@postroom.invalid``, and public-inbox writes ``mboxrd@z``. What they wrote is unquoted, so that an exported
message comes back with the same SHA-256. The reader may also be told by a person who knows.
"""

from __future__ import annotations

import io
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import BinaryIO

from wiki.blobs.store import Spool, Spooled
from wiki.mail.formats.lines import LineReader
from wiki.mail.message import RawMessage
from wiki.mail.parsing.dates import EPOCH, envelope_date
from wiki.words import MEBIBYTE

MAX_MESSAGE = 256 * MEBIBYTE
"""Bytes of one message that are read unless the caller says otherwise; of a larger one only the size is given."""
IN_MEMORY = 8 * MEBIBYTE
"""Bytes of a message that are kept in memory where there is a spool for more."""
_CHUNK = MEBIBYTE
_MAX_SEPARATOR = 1_000
_FURTHEST_LOOK = 16 * MEBIBYTE
"""How many bytes ahead it is looked whether a Content-Length is right."""
_MOST_WRONG = 20
"""Wrong ones after which no other of the file is believed: each costs a look ahead."""

# "From joe@example.org Thu Aug  1 14:45:33 2002", seconds and zone as they come; a sentence in a letter that begins
# with "From " has no time of day and year.
_DATED = re.compile(rb"From .*[0-9]{1,2}:[0-9]{2}\b.*\b(?:19|20)[0-9]{2}\b")
_FIELD = re.compile(rb">?From |[!-9;-~]{1,200}:")
_KNOWN_MBOXRD = re.compile(rb"From mboxrd(?:-unterminated)?@(?:z|postroom\.invalid) ")
_UNTERMINATED = b"From mboxrd-unterminated@postroom.invalid "
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_MBOXRD_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MBOXO_QUOTED = re.compile(rb"^>(From )", re.MULTILINE)
_CONTENT_LENGTH = re.compile(rb"^Content-Length:[ \t]*([0-9]{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_MAY_BE_QUOTED = re.compile(rb"(?:\A|\n)>*(?:F(?:r(?:om?)?)?)?\Z")
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

    ``offset`` is where its "From " line begins and ``end`` where the next one would: reading can begin anew at either,
    if it is told what ``needs_date`` says: whether the separators of the file have dates.
    ``envelope_date`` is what the "From " line says (aware, UTC), if it can be read. Of a message that is too large
    only the ``size`` is known and ``content`` is empty; of a large one it is in a file, if :func:`read` got a spool.
    """

    offset: int
    end: int
    content: bytes | Spooled
    envelope_date: datetime | None
    size: int
    needs_date: bool
    is_too_large: bool = False


def read(
    stream: BinaryIO,
    quoting: Quoting = Quoting.DETECT,
    max_message: int = MAX_MESSAGE,
    new_spool: Callable[[], Spool] | None = None,
    needs_date: bool | None = None,
) -> Iterator[MboxEntry]:
    """Yield the messages from where the stream stands, one in memory at a time.

    A separator is a "From " line behind an empty line. Where the first one of the file has a date, all must have one;
    where it has none, a header field must follow each. Who begins behind the first one says which of the two it is,
    as the entry before said in ``needs_date``. Raises NotAMailbox, before anything is yielded where the
    file does not begin as one. A message larger than ``max_message`` bytes is passed over in constant memory.
    """
    lines = _Lines(stream)
    separator = _first_separator(lines)
    if separator is None:
        return
    if needs_date is None:
        needs_date = _is_dated(separator)

    def begun(offset: int, separator: bytes) -> _Message:
        return _Message(offset, separator, needs_date, quoting, max_message, new_spool)

    message = begun(lines.offset - len(separator), separator)
    try:
        for line in lines:
            is_candidate = message.is_complete and lines.is_line_start and line.startswith(b"From ")
            is_separator = is_candidate and (_is_dated(line) if needs_date else lines.field_follows())
            if is_separator and not message.spans(lines):
                here = lines.offset - len(line)
                yield message.entry(here)
                message = begun(here, line)
            else:
                message.add(line)
        yield message.entry(lines.offset)
    finally:
        message.leave()


def write(stream: BinaryIO, messages: Iterable[RawMessage]) -> int:
    """Write messages as mboxrd and give their number; :func:`read` gives back exactly the same bytes.

    The date of the "From " line is ``internal_date``, 1970 without one.
    """
    count = 0
    for message in messages:
        count += 1
        for piece in pieces(io.BytesIO(message.content), message.internal_date):
            stream.write(piece)
    return count


def pieces(content: BinaryIO, internal_date: datetime | None) -> Iterator[bytes]:
    """Yield one message as mboxrd, however large it is; ``content`` can be moved."""
    size = content.seek(0, io.SEEK_END)
    content.seek(max(0, size - 1))
    is_terminated = content.read(1) in (b"\n", b"")
    content.seek(0)
    sender = b"From mboxrd@postroom.invalid " if is_terminated else _UNTERMINATED
    moment = (internal_date or EPOCH).astimezone(UTC)
    yield sender + time.asctime(moment.timetuple()).encode("ascii") + b"\n"
    is_line_start = True
    while block := content.read(_CHUNK):
        # Cut behind a line, or at least not where it can still turn out to be one that is to be quoted.
        while (rest := content.readline(_CHUNK)) and not rest.endswith(b"\n") and _MAY_BE_QUOTED.search(block + rest):
            block += rest
        block += rest
        quoted = _TO_QUOTE.sub(rb">\1", block)
        yield quoted if is_line_start or not _TO_QUOTE.match(block) else quoted[1:]
        is_line_start = block.endswith(b"\n")
    # The format knows lines only: a last line without an end gets one, and the "From " line says so.
    yield b"\n" if is_terminated else b"\n\n"


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
    """The lines of a stream, those between empty ones together, with a look at those that follow.

    A separator, an empty line, and what was looked at ahead come alone; of over-long lines pieces.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._reader = LineReader(stream)
        self._following: deque[bytes] = deque()
        self._last = b"\n"
        self.offset = stream.tell()
        """Where the line given last ends."""
        self.is_line_start = True
        """Whether that line was the beginning of one."""
        self.wrong_lengths = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self._following.popleft() if self._following else self._reader.paragraph()
        if not line:
            raise StopIteration
        self.offset += len(line)
        self.is_line_start = self._last.endswith(b"\n")
        self._last = line
        return line

    def field_follows(self) -> bool:
        """Whether the next line looks like the first of a header."""
        return _FIELD.match(next(self._ahead(), b"")) is not None

    def ends_message(self, end: int) -> bool:
        """Whether a message that ends at this offset, ahead of here, ends before a separator or with the file."""
        if end - self.offset > _FURTHEST_LOOK or self.wrong_lengths >= _MOST_WRONG:
            return False
        position, before = self.offset, self._last
        after: list[bytes] = []
        for line in self._ahead():
            if position < end:
                position += len(line)
                before = line
            else:
                after.append(line)
            if position > end or len(after) == 2:
                break
        is_right = position == end and _is_end(before, after)
        self.wrong_lengths += not is_right
        return is_right

    def _ahead(self) -> Iterator[bytes]:
        """The lines that come; they are kept and given again."""
        yield from tuple(self._following)
        while line := self._reader.line():
            self._following.append(line)
            yield line


def _is_end(before: bytes, after: list[bytes]) -> bool:
    """Whether a message may end here: with the file, or before a separator that an empty line stands before."""
    if after and after[0] in _EMPTY_LINES:
        before, *after = after
    # That it has no date cannot be made up by the field that follows: what stands behind it is not looked at.
    return not after or (before in _EMPTY_LINES and after[0].startswith(b"From ") and _is_dated(after[0]))


class _Message:
    """The message that is being read."""

    def __init__(
        self,
        offset: int,
        separator: bytes,
        needs_date: bool,
        quoting: Quoting,
        max_message: int,
        new_spool: Callable[[], Spool] | None,
    ) -> None:
        self._offset = offset
        self._separator = separator
        self._needs_date = needs_date
        self._is_ours = _KNOWN_MBOXRD.match(separator) is not None
        if quoting is Quoting.DETECT:
            quoting = Quoting.MBOXRD if self._is_ours else Quoting.AS_IT_STANDS
        self._quoting = quoting
        self._max_message = max_message
        self._new_spool = new_spool
        self._spool: Spool | None = None
        self._spooled = 0
        self._is_line_start = True
        self._claimed: int | None = None
        self._lines: list[bytes] = []
        self._last = b"\n"
        self._size = 0
        self._is_too_large = False
        self._end: int | None = None
        """Where its Content-Length says that it ends, once that was found right; 0 when there is none to believe."""

    @property
    def is_complete(self) -> bool:
        """Whether a separator may follow here."""
        return self._last in _EMPTY_LINES

    def add(self, line: bytes) -> None:
        """Take one more line; of a message that is too large none is kept."""
        self._last = line
        self._size += len(line)
        if self._size > self._max_message:
            self._is_too_large = True
            self._lines.clear()
            self.leave()
            return
        self._lines.append(line)
        if self._new_spool is not None and self._size - self._spooled > IN_MEMORY:
            self._spill(self._new_spool)

    def leave(self) -> None:
        """Remove the file of a message that did not come to its end, or is too large."""
        if self._spool is not None:
            self._spool.discard()
            self._spool = None

    def spans(self, lines: _Lines) -> bool:
        """Whether the separator that was just read belongs to this message, by a Content-Length that proves right."""
        here = self._offset + len(self._separator) + self._size
        if self._end is None:
            claimed = self._claimed_end() if self._claimed is None else self._claimed
            self._end = claimed if claimed > here and lines.ends_message(claimed) else 0
        return here < self._end

    def entry(self, end: int) -> MboxEntry:
        """The message, ended."""
        date = envelope_date(self._separator[:_MAX_SEPARATOR].decode("ascii", "replace"))
        if self._is_too_large:
            return MboxEntry(self._offset, end, b"", date, self._size, self._needs_date, is_too_large=True)
        if self._lines and self._last in _EMPTY_LINES and self._end != end:
            self._lines.pop()
        content = b"".join(self._lines)
        if self._separator.startswith(_UNTERMINATED):
            content = content.removesuffix(b"\n")
        if date == EPOCH and self._is_ours:
            date = None  # so they write that nobody knows
        content = self._unquoted(content)
        if self._spool is None:
            return MboxEntry(self._offset, end, content, date, len(content), self._needs_date)
        self._spool.write(content)
        spooled = self._spool.finish()
        self._spool = None  # the file is the reader's from now on
        return MboxEntry(self._offset, end, spooled, date, spooled.size, self._needs_date)

    def _spill(self, new_spool: Callable[[], Spool]) -> None:
        """Bring what has come into a file, but for the last lines: what they are shows only at the end."""
        if self._spool is None:
            self._claimed = self._claimed_end()
            self._spool = new_spool()
        cut = max(0, len(self._lines) - 2)
        begin = cut
        while begin and not self._lines[begin - 1].endswith(b"\n"):
            begin -= 1
        if self._lines[begin].startswith(b">"):
            cut = begin  # whether a line is quoted shows behind all its marks
        block = b"".join(self._lines[:cut])
        del self._lines[:cut]
        self._spool.write(self._unquoted(block))
        self._spooled += len(block)
        self._is_line_start = block.endswith(b"\n") if block else self._is_line_start

    def _unquoted(self, block: bytes) -> bytes:
        """A part of the content as it was before it was quoted."""
        return unquote(block, self._quoting) if self._is_line_start else unquote(b"x" + block, self._quoting)[1:]

    def _claimed_end(self) -> int:
        """Where the body ends by the message's one Content-Length; 0 without one, and where all is quoted."""
        header: list[bytes] = []
        for line in self._lines:
            header.append(line)
            if line in _EMPTY_LINES:
                break
        joined = b"".join(header)
        claims: list[bytes] = _CONTENT_LENGTH.findall(joined)
        if len(claims) != 1 or self._is_ours:
            return 0
        return self._offset + len(self._separator) + len(joined) + int(claims[0])
