"""The child's side of :mod:`wiki.mail.display`: pure, of bytes to bytes."""

from __future__ import annotations

import json
from pathlib import Path

from wiki.mail import framing
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import PartNotFound, part_content

CHILD = "wiki.mail.displaying:answer"
_FOUND = b"+"


def answer(request: bytes) -> bytes:
    """A part's bytes behind a mark that it is there, or a frame or document as JSON. Runs in the child."""
    wanted = json.loads(request)
    raw = RawMessage(Path(wanted["path"]).read_bytes())
    if "number" in wanted:
        try:
            return _FOUND + part_content(raw, wanted["number"])[1]
        except PartNotFound:
            return b""
    if "frame" in wanted:
        return json.dumps(vars(framing.describe(raw, shows_remote=wanted["frame"]))).encode()
    return json.dumps(vars(framing.document(raw, shows_remote=wanted["document"]))).encode()


def read_part(number: int, answered: bytes) -> bytes:
    """What the child said about a part. Raises PartNotFound."""
    if not answered.startswith(_FOUND):
        raise PartNotFound(number)
    return answered[1:]
