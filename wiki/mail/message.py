"""The values that travel between the mail stages: frozen, and free of database and web.

``RawMessage`` is what a transport or a mailbox file yields; ``ParsedMessage`` is what
:mod:`wiki.mail.parsing.parse` makes of its bytes. Neither is ever written back to mail bytes:
the raw bytes are the truth and everything here is derived from them. :mod:`wiki.mail.parsing.wire` writes these values
as JSON and reads them back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from wiki.mail.features import Features


@dataclass(frozen=True)
class RawMessage:
    """One message as received: its exact bytes and what the place it came from said about it.

    ``internal_date`` is IMAP's INTERNALDATE or the date of an mbox "From " line (aware, UTC), if known.
    """

    content: bytes
    internal_date: datetime | None = None

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """The lower-case hexadecimal SHA-256 of the exact bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class LargeMessage:
    """A message as received, like :class:`RawMessage`, that is too large for memory: its exact bytes are in a file.

    The file is temporary; once archived, the bytes are found in the blob store under ``sha256``.
    """

    path: Path
    size: int
    sha256: str
    internal_date: datetime | None = None


Received = RawMessage | LargeMessage


@dataclass(frozen=True)
class Address:
    """A mailbox of RFC 5322 section 3.4: the decoded display name ('' if none) and the address as written."""

    name: str
    address: str


@dataclass(frozen=True)
class Part:
    """A leaf of the MIME tree, or a file out of a container in it.

    ``index`` numbers the leaves in document order from 0, those of containers (an enclosed message, winmail.dat)
    behind them; it is stable for the same bytes, so that a part can be found again by parsing the raw message anew.
    ``container`` is the index of the part that it was packed in. ``size`` and ``sha256`` are of the decoded bytes.
    """

    index: int
    content_type: str
    disposition: str
    filename: str
    content_id: str
    size: int
    sha256: str
    is_attachment: bool
    container: int | None = None


@dataclass(frozen=True)
class ParsedMessage:
    """What the parser understood; never absent, however broken the mail, with the troubles listed in ``defects``.

    * ``message_id`` is without angle brackets; a message without a usable one gets
      ``<sha256 of the raw bytes>@postroom.invalid`` and a defect.
    * ``references`` is oldest first, without duplicates, and does not hold ``in_reply_to`` unless the header did.
    * ``date`` is the sane sort key (aware, UTC); ``header_date`` and ``received_date`` are what the headers said.
    * ``text`` is plain text for reading and search ('' when there is none); ``html`` is the untouched HTML body
      ('' when there is none) and must pass through :mod:`wiki.mail.body` before anyone sees it.
    * ``features`` say what the message is beside its text; nothing in them was verified.
    """

    message_id: str
    subject: str
    sender: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    html: str
    parts: tuple[Part, ...]
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    header_date: datetime | None = None
    received_date: datetime | None = None
    defects: tuple[str, ...] = ()
    features: Features = field(default_factory=Features)

    @property
    def attachments(self) -> tuple[Part, ...]:
        """The parts that a reader would call attachments."""
        return tuple(part for part in self.parts if part.is_attachment)
