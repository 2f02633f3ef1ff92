"""What of a message's bytes people see: its HTML as a document, and its parts.

A short message of plain MIME is taken apart here, where it costs some milliseconds. A long one, and one with containers
that libraries must open, can cost minutes and more memory than there is: it goes to the child process
(:mod:`wiki.mail.displaying`), which reads it from the store.
"""

from __future__ import annotations

import json
from typing import Any

from wiki.blobs.configured import blob_store
from wiki.bounded.child import Exhausted, NotStarted
from wiki.errors import Conflict
from wiki.mail import displaying, framing
from wiki.mail.framing import Document, Frame
from wiki.mail.message import RawMessage
from wiki.mail.models import Message
from wiki.mail.parser_process import parser_process
from wiki.mail.parsing import parse
from wiki.mail.raws import MISSING, raw_message
from wiki.words import MEBIBYTE

LONGEST_HERE = MEBIBYTE
TOO_MUCH = "This message could not be taken apart. {} Download the whole message instead."
BUSY = "No message can be taken apart just now. Try again in a minute, or download the whole message."


def part(message: Message, number: int) -> bytes:
    """The decoded bytes of a part. Raises PartNotFound, and Conflict with a sentence."""
    own = parse.own_part_content(raw_message(message), number) if message.size <= LONGEST_HERE else None
    return own[1] if own else displaying.read_part(number, _ask(message, number=number))


def frame(message: Message, *, shows_remote: bool) -> Frame:
    """What the page around the message's HTML says about it. Raises Conflict with a sentence."""
    raw = _simple(message)
    if raw is not None:
        return framing.describe(raw, shows_remote=shows_remote)
    return Frame(**json.loads(_ask(message, frame=shows_remote)))


def document(message: Message, *, shows_remote: bool) -> Document:
    """The message's HTML as a document that is complete in itself. Raises Conflict with a sentence."""
    raw = _simple(message)
    if raw is not None:
        return framing.document(raw, shows_remote=shows_remote)
    return Document(**json.loads(_ask(message, document=shows_remote)))


def _simple(message: Message) -> RawMessage | None:
    """The message, if it may be taken apart in this process."""
    if message.size > LONGEST_HERE:
        return None
    raw = raw_message(message)
    return None if parse.has_containers(raw) else raw


def _ask(message: Message, **wanted: Any) -> bytes:
    if message.sha256 not in blob_store():
        raise Conflict(MISSING)
    about = {"path": str(blob_store().path(message.sha256)), **wanted}
    try:
        return parser_process(displaying.CHILD, message.size).ask(json.dumps(about).encode())
    except Exhausted as error:
        raise Conflict(TOO_MUCH.format(error)) from error
    except NotStarted as error:
        raise Conflict(BUSY) from error
