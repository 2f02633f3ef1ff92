"""What goes through the pipe to the child that reads, and what comes back, as JSON and raw bytes.

The child reads the whole message from its file and finds the attachment in it by itself: taking hostile mail apart
belongs there too, and a large message would need its memory twice if it came through the pipe.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from wiki.mail.extraction.readers.extracted import Extracted, Page

TARGET = "wiki.mail.extraction.readers.remote:answer"
NOT_FOUND = "This attachment is not found in its message any more; parse the message anew."


def question(message: Path, number: int, sha256: str) -> bytes:
    """Ask for the text of the part of that number in the message's file, whose decoded bytes have that hash."""
    return json.dumps({"path": str(message), "number": number, "sha256": sha256}).encode()


def told(found: Extracted) -> bytes:
    """Tell what was found."""
    return json.dumps(asdict(found), ensure_ascii=False).encode()


def understood(answer: bytes) -> Extracted:
    """What the child told."""
    fields = json.loads(answer)
    return Extracted(tuple(Page(**page) for page in fields["pages"]), fields["note"])
