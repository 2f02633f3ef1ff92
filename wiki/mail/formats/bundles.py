"""Messages put together for taking away: an mbox file, or a zip archive of one, of a Maildir, or of .eml files.

A bundle yields bytes to be sent on as they come; it holds one message at most. Each zip archive ends with a manifest, a
line of JSON for each message with the SHA-256 of its bytes as archived.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, BinaryIO

from wiki.mail.formats import mbox
from wiki.mail.formats.entry_names import OWN
from wiki.mail.formats.zipping import ZipWriter
from wiki.mail.names import clean_name
from wiki.words import MEBIBYTE

MANIFEST = "manifest.jsonl"
_CHUNK = 256 * 1024
_IN_MEMORY = 4 * MEBIBYTE
_LONGEST_SUBJECT = 120  # bytes: a name of 255 is the most that file systems take


class BundleFormat(StrEnum):
    """What a bundle is."""

    MBOX = "mbox"
    MBOX_ZIP = "mbox.zip"
    MAILDIR = "maildir"
    EML = "eml"

    @property
    def is_zip(self) -> bool:
        """Whether it is an archive, with a manifest in it."""
        return self is not BundleFormat.MBOX


@dataclass(frozen=True)
class Outgoing:
    """A message on its way out; ``number`` counts from 1, ``id`` is that of the archive."""

    number: int
    id: int
    sha256: str
    size: int
    message_id: str
    subject: str
    date: datetime
    internal_date: datetime | None


class Bundle:
    """A bundle that is being made. ``name`` is that of the folder or file in it."""

    def __init__(self, kind: BundleFormat, name: str, folder: Path | None = None) -> None:
        self._kind = kind
        self._name = name
        self._zip = ZipWriter(folder)
        spool = None if folder is None else str(folder)
        self.manifest: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=spool)  # noqa: SIM115 - close() does
        """The lines so far; the position is at their end."""
        self._position = 0

    def make(self, messages: Iterable[tuple[Outgoing, BinaryIO | None]]) -> Iterator[bytes]:
        """Yield the whole bundle. What the archive has lost (None) is only named, in the manifest."""
        if self._kind is BundleFormat.MBOX:
            yield from self._mbox(messages)
            return
        if self._kind is BundleFormat.MBOX_ZIP:
            yield from self._zip.file(f"{self._name}.mbox", self._mbox(messages))
        else:
            if self._kind is BundleFormat.MAILDIR:
                for folder in ("cur", "new", "tmp"):
                    yield from self._zip.folder(f"{self._name}/{folder}/")
            for message, content in messages:
                yield from self._file(message, content)
        self.manifest.seek(0)
        yield from self._zip.file(MANIFEST, _blocks(self.manifest))
        yield from self._zip.end()

    def close(self) -> None:
        """Give up what is held; to be called in any case."""
        self.manifest.close()
        self._zip.close()

    def _mbox(self, messages: Iterable[tuple[Outgoing, BinaryIO | None]]) -> Iterator[bytes]:
        for message, content in messages:
            begun, hashed = self._position, hashlib.sha256()
            if content is not None:
                for block in _blocks(content):
                    hashed.update(block)
                for piece in mbox.pieces(content, message.internal_date):
                    self._position += len(piece)
                    yield piece
            place = {"file": f"{self._name}.mbox", "offset": begun}
            self._note(message, place, None if content is None else hashed.hexdigest())

    def _file(self, message: Outgoing, content: BinaryIO | None) -> Iterator[bytes]:
        name = f"{self._name}/{maildir_name(message) if self._kind is BundleFormat.MAILDIR else eml_name(message)}"
        hashed = hashlib.sha256()

        def read() -> Iterator[bytes]:
            for block in _blocks(content) if content is not None else ():
                hashed.update(block)
                yield block

        if content is not None:
            yield from self._zip.file(name, read(), message.internal_date)
        self._note(message, {"file": name}, None if content is None else hashed.hexdigest())

    def _note(self, message: Outgoing, place: Mapping[str, object], found: str | None) -> None:
        line: dict[str, object] = {
            "sha256": message.sha256,
            "size": message.size,
            "message_id": message.message_id,
            "subject": message.subject,
            "date": message.date.astimezone(UTC).isoformat(),
        }
        if found is None:
            line["trouble"] = "missing from the archive's store"
        else:
            line.update(place)
            if found != message.sha256:
                line["trouble"] = f"damaged in the archive's store: its SHA-256 is {found}"
        self.manifest.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def eml_name(message: Outgoing) -> str:
    """The place of a message among .eml files: a folder for each month, a number in order, and the subject."""
    subject = clean_name(message.subject.replace("/", "_").replace("\\", "_")).encode()[:_LONGEST_SUBJECT]
    words = subject.decode("utf-8", "ignore").rstrip(" .") or "message"
    return f"{message.date.astimezone(UTC):%Y-%m}/{message.number:06}-{words}.eml"


def maildir_name(message: Outgoing) -> str:
    """The place of a message in a Maildir (https://cr.yp.to/proto/maildir.html), as one that was read."""
    return f"cur/{int(message.date.timestamp())}.{message.id}{OWN}S"


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_CHUNK):
        yield block
