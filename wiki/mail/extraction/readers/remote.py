"""The two sides of the pipe to the child that reads: what is asked, and what comes back, as JSON and raw bytes.

The child gets the whole message and finds the attachment in it by itself: taking hostile mail apart belongs there too.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from wiki.mail.extraction.readers.extract import extract
from wiki.mail.extraction.readers.extracted import Extracted, Page
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import PartNotFound, part_content

TARGET = f"{__name__}:answer"
NOT_FOUND = "This attachment is not found in its message any more; parse the message anew."


def question(raw: bytes, number: int, sha256: str) -> bytes:
    """Ask for the text of the part of that number, whose decoded bytes have that hash."""
    return json.dumps({"number": number, "sha256": sha256}).encode() + b"\n" + raw


def answer(asked: bytes) -> bytes:
    """Answer it; runs in the child."""
    head, _, raw = asked.partition(b"\n")
    del asked  # a message of 100 MB counts
    wanted = json.loads(head)
    try:
        part, content = part_content(RawMessage(raw), wanted["number"])
    except PartNotFound:
        return _told(Extracted(note=NOT_FOUND))
    if part.sha256 != wanted["sha256"]:
        return _told(Extracted(note=NOT_FOUND))
    del raw
    return _told(extract(content, part.filename, part.content_type))


def understood(told: bytes) -> Extracted:
    """What the child answered."""
    fields = json.loads(told)
    return Extracted(tuple(Page(**page) for page in fields["pages"]), fields["note"])


def _told(found: Extracted) -> bytes:
    return json.dumps(asdict(found), ensure_ascii=False).encode()
