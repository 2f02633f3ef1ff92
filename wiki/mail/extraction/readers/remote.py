"""The child's side of the pipe: takes hostile mail apart and reads what is attached to it.

Only the child imports this, and with it the libraries that read files; the parent has :mod:`.asking`.
"""

from __future__ import annotations

import json
from pathlib import Path

from wiki.mail.extraction.readers.asking import NOT_FOUND, told
from wiki.mail.extraction.readers.extract import extract
from wiki.mail.extraction.readers.extracted import Extracted
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import PartNotFound, part_content


def answer(asked: bytes) -> bytes:
    """Answer what ``asking.question`` asks."""
    wanted = json.loads(asked)
    try:
        # Nothing here keeps the message: what is large counts while its attachment is read.
        part, content = part_content(RawMessage(Path(wanted["path"]).read_bytes()), wanted["number"])
    except PartNotFound:
        return told(Extracted(note=NOT_FOUND))
    if part.sha256 != wanted["sha256"]:
        return told(Extracted(note=NOT_FOUND))
    return told(extract(content, part.filename, part.content_type))
