"""Reading whatever people keep mail in: mbox, .eml, Maildir, folders of these, packed or in archives.

An archive may lie in an archive (a zip of zips of mailboxes), no deeper. Everything is a stream; one message at a
time is in memory, and reading goes on from any position that it gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wiki.mail.formats import folders
from wiki.mail.formats.budget import Bomb, Budget, Limits
from wiki.mail.formats.found import Found, Position
from wiki.mail.formats.packed import Damaged
from wiki.mail.formats.reader import Entry, Reader

_END = "end"
"""In place of an offset: behind the entry."""


def read(path: Path, filename: str, resume: Position, limits: Limits) -> Iterator[Found]:
    """Yield what a file or folder holds, from a position that an earlier reading gave, or from its beginning: ``()``.

    ``filename`` is the name that the file had where it came from. Raises NotMail for what is no mailbox at all,
    before anything is yielded, and Damaged or OSError where it cannot be read further.
    """
    if path.is_dir():
        yield from _folder(path, resume, limits)
        return
    with path.open("rb") as stream:
        reader = Reader(limits, Budget(path.stat().st_size, limits))
        try:
            for each in reader.stream(stream, Entry(filename.rpartition("/")[2]), resume):
                yield replace(each, done=each.done or stream.tell())
        except Bomb as error:
            raise Damaged(str(error)) from error


def _folder(path: Path, resume: Position, limits: Limits) -> Iterator[Found]:
    """What a folder holds. It may change between two readings: names say where to go on, not numbers."""
    last = tuple(str(resume[0]).split("/")) if resume else ()
    done = 0
    for each in folders.entries(path):
        parts = tuple(each.name.split("/"))
        inner = resume[1:] if parts == last else ()
        if parts >= last and inner[:1] != (_END,):
            for found in _file(each, inner, limits):
                at = each.size if each.stream is None else min(each.stream.tell(), each.size)
                yield replace(found, done=done + at)
        done += each.size


def _file(each: folders.FolderEntry, resume: Position, limits: Limits) -> Iterator[Found]:
    entry = Entry(each.name, each.name, (each.name, _END), each.size, each.modified)
    if each.stream is None:
        yield entry.refused(each.refusal)
    else:
        yield from Reader(limits, Budget(each.size, limits)).entry(each.stream, entry, resume)
