"""Outlook's own containers: winmail.dat (TNEF, [MS-OXTNEF]) and messages saved as .msg ([MS-OXMSG]).

Pure, bounded, never raises; None stands for what cannot be read. The libraries raise what they like on broken
files, hence the broad handlers.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wiki.mail.parsing import charsets, headers, tnef_bounds

_MAX_FILES = 200
_TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
_SUBJECT = 0x0037
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class File:
    """A file that was in the container."""

    name: str
    content_type: str
    content_id: str
    data: bytes


@dataclass(frozen=True)
class Contents:
    """What was in the container; of winmail.dat only the bodies and files are read."""

    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    subject: str = ""
    sender: str = ""
    date: datetime | None = None


def is_tnef(data: bytes) -> bool:
    """Whether these are the bytes of a winmail.dat, whatever it is called."""
    return data.startswith(_TNEF_SIGNATURE)


def is_msg(data: bytes) -> bool:
    """Whether these are the bytes of an OLE file, which Word, Excel and the like write, too."""
    return data.startswith(_OLE_SIGNATURE)


def read_tnef(data: bytes) -> Contents | None:
    """Unpack a winmail.dat."""
    try:
        tnef_bounds.check(data)
        return _tnef(data)
    except Exception:  # noqa: BLE001
        return None


def read_msg(data: bytes) -> Contents | None:
    """Read a message that Outlook saved."""
    if len(data) > tnef_bounds.MAX_BYTES:
        return None
    try:
        return _msg(data)
    except Exception:  # noqa: BLE001
        return None


def _tnef(data: bytes) -> Contents:
    from tnefparse import TNEF  # rare  # noqa: PLC0415

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)  # it would log what strangers wrote
    found = TNEF(data, do_checksum=False)
    codepage = found.codepage or ""
    files = tuple(
        File(
            headers.clean_filename(_text(attachment.long_filename(), codepage) or _inner_subject(attachment, codepage)),
            _mapi(attachment, "MAPI_ATTACH_MIME_TAG", codepage).lower(),
            _mapi(attachment, "MAPI_ATTACH_CONTENT_ID", codepage).strip("<>"),
            bytes(attachment.data),
        )
        for attachment in found.attachments[:_MAX_FILES]
    )
    return Contents(_text(found.body, codepage), _text(found.htmlbody, codepage), files)


def _inner_subject(attachment: Any, codepage: str) -> str:
    """The subject of a message within the message, which has no file name."""
    inner = getattr(attachment, "embed", None)
    subjects = [each.data for each in inner.mapiprops if each.name == _SUBJECT] if inner is not None else []
    return _text(subjects[0], codepage) if subjects else ""


def _mapi(attachment: Any, name: str, codepage: str) -> str:
    from tnefparse import properties  # noqa: PLC0415

    wanted = getattr(properties, name, None)
    return next((_text(each.data, codepage) for each in attachment.mapi_attrs if each.name == wanted), "")


def _msg(data: bytes) -> Contents:
    from oxmsg import Message  # rare  # noqa: PLC0415

    message = Message.load(data)
    if not message.message_class:
        raise ValueError("no message")
    date = _maybe(message, "sent_date")
    return Contents(
        text=_text(_maybe(message, "body")),
        html=_text(_maybe(message, "html_body")),
        files=tuple(_attached(each) for each in message.attachments[:_MAX_FILES]),
        subject=headers.one_line(_text(_maybe(message, "subject"))),
        sender=headers.one_line(_text(_maybe(message, "sender"))),
        date=date.astimezone(UTC) if isinstance(date, datetime) else None,
    )


def _attached(attachment: Any) -> File:
    name = _maybe(attachment, "file_name") or ""
    content = _maybe(attachment, "file_bytes") or b""
    content_type = str(_maybe(attachment, "mime_type") or "").lower()
    return File(headers.clean_filename(_text(name)), content_type, "", bytes(content))


def _maybe(thing: Any, name: str) -> Any:
    """A property of the library's object; None where it cannot be read."""
    try:
        return getattr(thing, name)
    except Exception:  # noqa: BLE001
        return None


def _text(value: Any, codepage: str = "") -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        return charsets.decode(value.rstrip(b"\0"), codepage)[0]
    return charsets.clean(value) if isinstance(value, str) else ""
