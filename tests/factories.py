"""Mail for tests, archived through the real recipe: blob, row, parser, threads."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from wiki.blobs.configured import blob_store
from wiki.db import transaction
from wiki.mail import ingest, store
from wiki.mail.message import RawMessage

FIRST_DAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


def begin_again() -> None:
    """Number letters from 1 in each test: their dates follow the numbers."""
    global _numbers  # noqa: PLW0603 - the one counter of the module
    _numbers = count(1)


# The smallest PNG: one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@dataclass(frozen=True)
class Attached:
    """A part beside the text; ``header`` are further lines for its header."""

    content: bytes
    content_type: str = "application/octet-stream"
    disposition: str = 'attachment; filename="file.bin"'
    header: str = ""


@dataclass(frozen=True)
class Letter:
    """What a test wants of a message; everything has a default."""

    subject: str = "Minutes of the meeting"
    sender: str = "Ann Example <ann@example.org>"
    to: str = "Team <team@example.org>"
    cc: str = ""
    text: str = "Here are the minutes.\n"
    html: str = ""
    message_id: str = ""
    references: Sequence[str] = ()
    date: datetime | None = None
    attached: Sequence[Attached] = field(default=())

    def content(self, number: int) -> bytes:
        """The message as bytes, another one for each number."""
        lines = [
            f"From: {self.sender}",
            f"To: {self.to}",
            *([f"Cc: {self.cc}"] if self.cc else []),
            f"Subject: {self.subject}",
            f"Date: {format_datetime(self.date or FIRST_DAY + timedelta(minutes=number))}",
            f"Message-ID: <{self.message_id or f'letter-{number}@example.org'}>",
            *([f"References: {' '.join(f'<{each}>' for each in self.references)}"] if self.references else []),
            "MIME-Version: 1.0",
        ]
        header = "\r\n".join(lines).encode() + b"\r\n"
        if not self.html and not self.attached:
            return header + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + self.text.encode()
        parts = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + self.text.encode()]
        if self.html:
            parts.append(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + self.html.encode())
        body = _multipart("alternative", parts) if self.html else parts[0]
        if self.attached:
            body = _multipart("related" if self.html else "mixed", [body, *map(_part, self.attached)])
        return header + body


def make_message(space_id: int, **wanted: object) -> int:
    """Archive one message and give its id; the keywords are Letter's."""
    return make_messages(space_id, [Letter(**wanted)])[0]  # type: ignore[arg-type]  # Letter says what it takes


def make_messages(space_id: int, letters: Sequence[Letter]) -> list[int]:
    """Archive messages, in the order given, and give their ids."""
    raws = [RawMessage(letter.content(next(_numbers))) for letter in letters]
    return archive(space_id, raws)


def archive(space_id: int, raws: Sequence[RawMessage]) -> list[int]:
    """Archive exact bytes and give the ids of their rows."""
    blob_store().put_many([raw.content for raw in raws])
    with transaction() as session:
        stored = store.add(session, space_id, raws)
    ids = [each.id for each in stored if each.id is not None]
    ingest.digest(space_id, dict(zip(ids, raws, strict=True)))
    return ids


def make_conversation(space_id: int, length: int = 3) -> list[int]:
    """A message and its answers, each answering the one before it."""
    names = [f"talk-{next(_numbers)}@example.org" for _ in range(length)]
    return make_messages(
        space_id,
        [
            Letter(
                subject="Re: Plan" if position else "Plan",
                text=f"This is turn {position}.\n",
                message_id=name,
                references=names[:position],
            )
            for position, name in enumerate(names)
        ],
    )


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = f"edge-{next(_numbers)}"
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + opened + b"--" + boundary.encode() + b"--\r\n"


def _part(attached: Attached) -> bytes:
    header = (
        f"Content-Type: {attached.content_type}\r\nContent-Disposition: {attached.disposition}\r\n{attached.header}"
    )
    return header.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + _base64(attached.content)


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
