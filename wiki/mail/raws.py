"""The raw bytes of an archived message, as they came, for the screens that show them."""

from __future__ import annotations

import re

from wiki.blobs.configured import blob_store
from wiki.blobs.store import BlobMissing
from wiki.errors import Conflict
from wiki.mail.message import RawMessage
from wiki.mail.models import Message

LONGEST_HEADER = 256 * 1024
MISSING = "The raw bytes of this message are missing from the store; restore them from a backup."
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n|\r\r")


def raw_message(message: Message) -> RawMessage:
    """The whole message. Raises Conflict when the store has lost it."""
    try:
        return RawMessage(blob_store().read(message.sha256), message.internal_date)
    except BlobMissing as error:
        raise Conflict(MISSING) from error


def header_block(message: Message) -> str:
    """The header of a message as text, its lines as they came. Raises Conflict when the store has lost it."""
    try:
        with blob_store().open(message.sha256) as stream:
            begin = stream.read(LONGEST_HEADER)
    except BlobMissing as error:
        raise Conflict(MISSING) from error
    end = _END_OF_HEADER.search(begin)
    lines = (begin[: end.start()] if end else begin).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        text = lines.decode("cp1252", "replace")
    # Controls but tab and line feed would not show, or would do more than that in a terminal that it is copied to.
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text)
