"""From a message's bytes to everything that the archive stores of it, in a process that may be lost.

Pure. ``answer`` is the child's side (:mod:`wiki.bounded`), ``request`` and ``Derived.read`` are the parent's. All that
costs time is on the child's side: parsing, telling quotes apart, the snippet. What crosses is JSON, never a pickle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from wiki.mail import body
from wiki.mail.forest import Mention
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing import parse, wire
from wiki.mail.quoting import stored

CHILD = "wiki.mail.deriving:answer"
LONGEST_TEXT = 4_000_000
"""Characters of a text that are stored; nobody reads a longer one on a page, and its raw bytes are kept."""

_MOMENTS = ("date", "header_date", "received_date")


@dataclass(frozen=True)
class Derived:
    """The derived columns of a message's row, and the rows of its addresses and parts without their ``mail_id``."""

    columns: dict[str, Any]
    addresses: list[dict[str, Any]]
    parts: list[dict[str, Any]]

    @classmethod
    def read(cls, answer: bytes) -> Derived:
        """What the child wrote."""
        found = cls(**json.loads(answer))
        for name in _MOMENTS:
            if found.columns[name] is not None:
                found.columns[name] = datetime.fromisoformat(found.columns[name])
        return found

    @property
    def mention(self) -> Mention:
        """What the message says about others."""
        columns = self.columns
        return Mention.of(columns["message_id"], columns["references"], columns["in_reply_to"])


def request(content: bytes | Path, internal_date: datetime | None) -> bytes:
    """What the child is asked: the bytes of a message, or the file that they are in."""
    about = {
        "internal_date": internal_date.isoformat() if internal_date else None,
        "path": str(content) if isinstance(content, Path) else None,
    }
    return json.dumps(about).encode() + b"\n" + (content if isinstance(content, bytes) else b"")


def answer(request: bytes) -> bytes:
    """Derive everything from one message. Runs in the child."""
    line, _, content = request.partition(b"\n")
    about = json.loads(line)
    if about["path"]:
        content = Path(about["path"]).read_bytes()
    internal_date = datetime.fromisoformat(about["internal_date"]) if about["internal_date"] else None
    found = derive(parse.parse(RawMessage(content, internal_date)))
    for name in _MOMENTS:
        if found.columns[name] is not None:
            found.columns[name] = found.columns[name].isoformat()
    return json.dumps(vars(found), separators=(",", ":")).encode()


def derive(message: ParsedMessage) -> Derived:
    """What is stored of a parsed message."""
    addresses = {
        "from": message.sender,
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "reply-to": message.reply_to,
    }
    return Derived(
        columns=_columns(message),
        addresses=[
            {"role": role, "position": position, "name": each.name, "address": each.address}
            for role, some in addresses.items()
            for position, each in enumerate(some)
        ],
        parts=[
            {
                "number": part.index,
                "content_type": part.content_type[:255],
                "disposition": part.disposition[:50],
                "filename": part.filename,
                "content_id": part.content_id,
                "size": part.size,
                "sha256": part.sha256,
                "is_attachment": part.is_attachment,
                "container": part.container,
            }
            for part in message.parts
        ],
    )


def _columns(message: ParsedMessage) -> dict[str, object]:
    sender = message.sender[0] if message.sender else None
    text, defects = message.text, list(message.defects)
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        defects.append(f"The text is longer than {LONGEST_TEXT:,} characters; the rest is in the raw message.")
    kept = stored.to_store(text, message.subject)
    return {
        "parsed_version": parse.PARSER_VERSION,
        "date": message.date,
        "header_date": message.header_date,
        "received_date": message.received_date,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "subject": message.subject,
        "from_name": sender.name if sender else "",
        "from_address": sender.address if sender else "",
        "snippet": body.snippet(text, stored.stored_ranges(kept, text)),
        "text": text,
        "text_ranges": kept,
        "has_html": bool(message.html),
        "attachment_count": len(message.attachments),
        "defects": defects,
        "features": wire.to_json(message.features),
    }
