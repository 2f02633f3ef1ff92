"""Telling what a stream holds, and reading it: mailboxes, single messages, archives of both, and what packs them.

The content says what a stream is, not its name; only ``.eml`` and the folders of a Maildir are believed to hold one
message each, so that it keeps its exact bytes even where it begins with a "From " line.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from wiki.blobs.store import Spool, Spooled
from wiki.mail.formats import mbox, packed, untarring, unzipping
from wiki.mail.formats.budget import Bomb, Budget, Limits
from wiki.mail.formats.entry_names import Hint, hint, is_exact, refusal, unpacked_name
from wiki.mail.formats.found import Fate, Found, NotMail, Position
from wiki.mail.formats.packed import CHUNK, Damaged
from wiki.words import MEBIBYTE

NO_MAIL = "It holds no mail."
NO_MAILBOX = (
    "This file is no mailbox. What can be imported is an mbox file, a Maildir, .eml files, and zip or tar archives of"
    " these; they may be packed with gzip, bzip2 or xz."
)
EMPTY = "This file is empty."
TOO_DEEP = "It is an archive in an archive in an archive."
_LOOK = 4_096
_DEEPEST = 2
_SPOOLED = 8 * MEBIBYTE
# A header begins with a field, and one of those that every mail has comes soon.
_FIELD = re.compile(rb"(?:>?From [^\n]*\n)?[!-9;-~]{1,200}[ \t]*:")
_USUAL = re.compile(
    rb"^(?:From|To|Cc|Date|Subject|Received|Message-ID|Return-Path|Delivered-To|MIME-Version|X-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Entry:
    """A file, or something in an archive or folder.

    ``key`` finds it again, ``after`` is where reading goes on behind it; ``depth`` counts the archives around it.
    """

    name: str
    key: int | str = 0
    after: Position = ()
    size: int = 0
    modified: datetime | None = None
    depth: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it is what a person gave, rather than something in it."""
        return not self.after

    @property
    def delivered(self) -> datetime | None:
        """When its message came: in a Maildir the file's time says so, elsewhere it says nothing of the mail."""
        return self.modified if self.name.split("/")[-2:-1] in (["cur"], ["new"]) else None

    def refused(self, reason: str, fate: Fate = Fate.REFUSED) -> Found:
        """Word that it was not read, or not to its end."""
        return Found(fate, self.after, self.name, reason=reason, size=self.size)


class Reader:
    """Reads the streams of one file within its limits."""

    def __init__(self, limits: Limits, budget: Budget) -> None:
        self._limits = limits
        self._budget = budget

    def entry(self, stream: BinaryIO, entry: Entry, resume: Position) -> Iterator[Found]:
        """What an entry of an archive or folder holds; its trouble, if any, is told at its end."""
        if hint(entry.name) is Hint.NOTHING or not _is_anything(stream):
            return
        try:
            for each in self.stream(stream, entry, resume):
                yield each.inside(entry.key, entry.name)
        except NotMail as error:
            yield entry.refused(str(error), Fate.PASSED_OVER)
        except (Damaged, Bomb) as error:
            yield entry.refused(str(error))

    def stream(self, stream: BinaryIO, entry: Entry, resume: Position) -> Iterator[Found]:
        """What a stream holds. Raises NotMail, before anything is yielded, where that is no mail; Damaged; Bomb."""
        begin = _peek(stream)
        said = hint(entry.name)
        if packed.is_packed(begin) and not is_exact(entry.name):
            stream = cast("BinaryIO", packed.unpacked(stream, begin, self._budget))
            begin = _peek(stream)
            said = hint(unpacked_name(entry.name))
        if said is Hint.MESSAGE:
            if entry.is_whole and not _looks_like_message(begin):
                raise NotMail(NO_MAILBOX)
            yield from self._message(stream, entry, resume)
        elif begin.startswith(unzipping.MAGIC) or untarring.is_tar(begin):
            if entry.depth >= _DEEPEST:
                raise Damaged(TOO_DEEP)
            is_zip = begin.startswith(unzipping.MAGIC)
            yield from (self._zip if is_zip else self._tar)(stream, resume, entry.depth)
        elif begin.lstrip(b"\r\n").startswith(b"From "):
            yield from self._mbox(stream, entry, resume)
        elif _looks_like_message(begin):
            yield from self._message(stream, entry, resume)
        else:
            raise NotMail((NO_MAILBOX if begin else EMPTY) if entry.is_whole else NO_MAIL)

    def _message(self, stream: BinaryIO, entry: Entry, resume: Position) -> Iterator[Found]:
        if resume:
            return
        most = self._limits.message
        in_memory = most if self._limits.new_spool is None else min(most, mbox.IN_MEMORY)
        begin = stream.read(in_memory + 1)
        content: bytes | Spooled = begin
        size = len(begin)
        if size > in_memory and self._limits.new_spool is not None:
            content, size = _spooled(begin, stream, self._limits.new_spool(), most)
        if size > most:
            size += _drain(stream)
            yield Found(Fate.SET_ASIDE, (1,), reason=self._too_large(size), size=size)
        elif content:
            yield Found(Fate.MESSAGE, (1,), content=content, internal_date=entry.delivered, size=size)

    def _mbox(self, stream: BinaryIO, entry: Entry, resume: Position) -> Iterator[Found]:
        if resume:
            _forward_to(stream, int(resume[0]))
        needs_date = bool(resume[1]) if len(resume) > 1 else None
        most, new_spool = self._limits.message, self._limits.new_spool
        try:
            for each in mbox.read(stream, max_message=most, new_spool=new_spool, needs_date=needs_date):
                position = (each.end, int(each.needs_date))
                if each.is_too_large:
                    name, reason = f"byte {each.offset:,}", self._too_large(each.size)
                    yield Found(Fate.SET_ASIDE, position, name, reason=reason, size=each.size)
                else:
                    yield Found(
                        Fate.MESSAGE,
                        position,
                        content=each.content,
                        internal_date=each.envelope_date,
                        size=each.size,
                    )
        except mbox.NotAMailbox as error:
            raise NotMail(str(error) if entry.is_whole else NO_MAIL) from error

    def _zip(self, stream: BinaryIO, resume: Position, depth: int) -> Iterator[Found]:
        with _seekable(stream, self._limits.spool) as archive:
            end = archive.seek(0, io.SEEK_END)
            for number, each in enumerate(unzipping.entries(archive)):
                reason = refusal(each.name) or each.refusal
                if (resume and number < int(resume[0])) or (each.is_folder and not reason):
                    continue
                entry = Entry(each.name, number, (number + 1,), each.size, each.modified, depth + 1)
                inner = resume[1:] if resume and number == resume[0] else ()
                with self._budget.entry(each.packed):
                    for found in self._zipped(archive, each, entry, inner, reason):
                        yield replace(found, done=min(each.position, end))

    def _zipped(
        self, archive: BinaryIO, each: unzipping.ZipEntry, entry: Entry, resume: Position, reason: str | None
    ) -> Iterator[Found]:
        try:
            opened = None if reason else unzipping.opened(archive, each, self._budget)
        except Damaged as error:
            reason, opened = str(error), None
        if opened is None:
            yield entry.refused(reason or "")
        else:
            yield from self.entry(cast("BinaryIO", opened), entry, resume)

    def _tar(self, stream: BinaryIO, resume: Position, depth: int) -> Iterator[Found]:
        for number, (member, content) in enumerate(untarring.entries(stream)):
            name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            reason = refusal(name) or untarring.refusal(member)
            if (resume and number < int(resume[0])) or (member.isdir() and not reason):
                continue
            name = name.removeprefix("./")
            entry = Entry(name, number, (number + 1,), member.size, untarring.modified(member), depth + 1)
            inner = resume[1:] if resume and number == resume[0] else ()
            if reason or content is None:
                yield entry.refused(reason or "")
            else:
                yield from self.entry(cast("BinaryIO", content), entry, inner)

    def _too_large(self, size: int) -> str:
        most = self._limits.message
        return f"This message has {size:,} bytes; at most {most:,} are taken." if size > most else ""


def _is_anything(stream: BinaryIO) -> bool:
    """Whether the stream holds anything; what cannot be read does, so that its trouble comes to be told."""
    try:
        return bool(_peek(stream))
    except (Damaged, Bomb):
        return True


def _looks_like_message(begin: bytes) -> bool:
    header = begin.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return _FIELD.match(header) is not None and _USUAL.search(header) is not None


def _peek(stream: BinaryIO) -> bytes:
    """The first bytes of what is still to be read, which stay to be read."""
    peeked: bytes = cast("io.BufferedReader", stream).peek(_LOOK)
    return peeked[:_LOOK]


def _forward_to(stream: BinaryIO, position: int) -> None:
    if stream.seekable():
        stream.seek(position)
        return
    while stream.tell() < position:
        if not stream.read(min(CHUNK, position - stream.tell())):
            raise Damaged("It has become shorter since it was read before.")


def _spooled(begin: bytes, stream: BinaryIO, spool: Spool, most: int) -> tuple[bytes | Spooled, int]:
    """The rest of a stream behind its beginning, in a file, and the size; no more than a byte too many is read."""
    size = len(begin)
    try:
        spool.write(begin)
        while size <= most and (block := stream.read(min(CHUNK, most + 1 - size))):
            spool.write(block)
            size += len(block)
    except BaseException:
        spool.discard()
        raise
    if size > most:
        spool.discard()
        return b"", size
    return spool.finish(), size


def _drain(stream: BinaryIO) -> int:
    size = 0
    while data := stream.read(CHUNK):
        size += len(data)
    return size


@contextmanager
def _seekable(stream: BinaryIO, folder: Path | None) -> Iterator[BinaryIO]:
    """The stream itself if it can be moved, otherwise its bytes in a file that goes with the block."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED, dir=None if folder is None else str(folder)) as spooled:
        shutil.copyfileobj(stream, spooled, CHUNK)
        spooled.seek(0)
        yield cast("BinaryIO", spooled)
