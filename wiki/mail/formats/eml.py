"""A file that is one message (.eml), byte for byte. Pure but for the stream it is given."""

from __future__ import annotations

from typing import BinaryIO

from wiki.mail.message import RawMessage

MAX_MESSAGE = 256 * 1024 * 1024
"""Bytes of a message that are read."""


class NotAMessage(Exception):
    """The file cannot be one message; the message is a sentence for the person."""


def read(stream: BinaryIO) -> RawMessage:
    """The message that the stream holds, its "From " line too if it has one. Raises NotAMessage."""
    content = stream.read(MAX_MESSAGE + 1)
    if not content.strip():
        raise NotAMessage("This file is empty.")
    if len(content) > MAX_MESSAGE:
        raise NotAMessage(f"This file is larger than {MAX_MESSAGE // 1024 // 1024} MB.")
    return RawMessage(content)


def write(stream: BinaryIO, message: RawMessage) -> None:
    """Write the message's exact bytes."""
    stream.write(message.content)
