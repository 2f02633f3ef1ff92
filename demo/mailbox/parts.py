"""MIME parts from sections and texts: the legacy e-mail classes, filled by hand so that every byte is ours."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from email import message_from_string
from email.message import Message

from demo.mailbox.documents import ics, pdf, zip_file
from demo.mailbox.headers import digest, encoded
from demo.mailbox.letters import Section
from demo.mailbox.pictures import draw

_TEXT_TYPES = {
    "csv": "text/csv",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "ics": "text/calendar",
}
_BINARY_TYPES = {"pdf": "application/pdf", "png": "image/png", "zip": "application/zip"}


def text_part(text: str, subtype: str, charset: str, encoding: str, **parameters: str) -> Message:
    """A text leaf whose bytes are the text in the charset, behind the transfer encoding."""
    part = Message()
    part.add_header("Content-Type", f"text/{subtype}", charset=charset, **parameters)
    fill(part, text.encode(charset), encoding)
    return part


def fill(part: Message, content: bytes, encoding: str) -> None:
    """Sets Content-Transfer-Encoding and the payload so that it decodes to the content."""
    if encoding == "base64":
        written = base64.encodebytes(content)
    elif encoding == "quoted-printable":
        written = quopri.encodestring(content)
    else:
        written = content
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(written.decode("ascii", "surrogateescape"))


def container(subtype: str, parts: list[Message], seed: str, **parameters: str) -> Message:
    """A multipart with a boundary that depends on the seed alone."""
    whole = Message()
    boundary = f"=_{digest('boundary', subtype, seed)[:24]}"
    whole.add_header("Content-Type", f"multipart/{subtype}", boundary=boundary, **parameters)
    for part in parts:
        whole.attach(part)
    return whole


def attachment(section: Section, name_style: str) -> Message:
    """The attached file a section stands for. ``name_style``: 2231 or 2047, how a non-ASCII file name is written."""
    kind = section.name.rpartition(".")[2].lower()
    content = file_content(section.name, section.text)
    part = Message()
    if kind in _TEXT_TYPES:
        part.add_header("Content-Type", _TEXT_TYPES[kind], charset="utf-8")
    else:
        part.add_header("Content-Type", _BINARY_TYPES.get(kind, "application/octet-stream"))
    _name(part, section.name, name_style)
    fill(part, content, "base64")
    return part


def _name(part: Message, name: str, style: str) -> None:
    if name.isascii():
        part.add_header("Content-Disposition", "attachment", filename=name)
    elif style == "2047":
        part["Content-Disposition"] = f'attachment; filename="{encoded(name, "utf-8", "Content-Disposition")}"'
    else:
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))


def file_content(name: str, text: str) -> bytes:
    """The bytes of the named file, made from its description by the kind its name ends with."""
    kind = name.rpartition(".")[2].lower()
    maker = _MAKERS.get(kind)
    return maker(text) if maker else text.encode() + b"\n"


def _zip(text: str) -> bytes:
    """Files in the archive begin with a line ``@ name``."""
    contents: dict[str, bytes] = {}
    for block in ("\n" + text).split("\n@ ")[1:]:
        name, _, inside = block.partition("\n")
        contents[name.strip()] = file_content(name.strip(), inside.strip("\n"))
    return zip_file(contents)


_MAKERS: dict[str, Callable[[str], bytes]] = {"pdf": pdf, "png": draw, "zip": _zip}


def inline_picture(section: Section) -> Message:
    """A picture shown in the HTML: the section's name is ``content-id file-name``."""
    content_id, _, name = section.name.partition(" ")
    part = Message()
    part.add_header("Content-Type", "image/png", name=name)
    part["Content-ID"] = f"<{content_id}@whimbrel.test>"
    part.add_header("Content-Disposition", "inline", filename=name)
    fill(part, draw(section.text), "base64")
    return part


def invitation(section: Section, organiser: str, attendee: str) -> Message:
    """A text/calendar request, as an alternative to the text."""
    part = Message()
    part.add_header("Content-Type", "text/calendar", method="REQUEST", charset="utf-8")
    fill(part, ics(section.text, organiser, attendee), "base64")
    return part


def enclosed(message: Message, name: str) -> Message:
    """A whole message as a part of another (message/rfc822)."""
    part = Message()
    part.add_header("Content-Type", "message/rfc822")
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    part.set_payload([message])
    return part


def delivery_status(text: str) -> Message:
    """The machine-readable part of a report (RFC 3464)."""
    part = Message()
    part.add_header("Content-Type", "message/delivery-status")
    part.set_payload([message_from_string(block) for block in text.split("\n\n")])
    return part
