"""What goes through the pipe to the child that reads, and what comes back, as JSON and raw bytes.

The child gets the whole message and finds the attachment in it by itself: taking hostile mail apart belongs there too.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from wiki.mail.extraction.readers.extracted import Extracted, Page

TARGET = "wiki.mail.extraction.readers.remote:answer"
NOT_FOUND = "This attachment is not found in its message any more; parse the message anew."


def question(raw: bytes, number: int, sha256: str) -> bytes:
    """Ask for the text of the part of that number, whose decoded bytes have that hash."""
    return json.dumps({"number": number, "sha256": sha256}).encode() + b"\n" + raw


def told(found: Extracted) -> bytes:
    """Tell what was found."""
    return json.dumps(asdict(found), ensure_ascii=False).encode()


def understood(answer: bytes) -> Extracted:
    """What the child told."""
    fields = json.loads(answer)
    return Extracted(tuple(Page(**page) for page in fields["pages"]), fields["note"])
