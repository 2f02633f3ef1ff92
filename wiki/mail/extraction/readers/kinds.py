"""What a file is, by its content first and its name second; what the mail declares is believed for words only."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

import puremagic

from wiki.mail.extraction.readers import archives

LOOKED_AT = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_FIELD = re.compile(rb"(?:From |(?:received|return-path|from|date|message-id|subject|mime-version|x-[a-z-]+):)", re.I)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileKind(StrEnum):
    """The kinds of files that have a reader, and the rest."""

    PDF = "pdf"
    WORD = "word"
    SLIDES = "slides"
    SHEETS = "sheets"
    OPEN_DOCUMENT = "opendocument"
    OUTLOOK = "outlook"
    OLD_OFFICE = "old-office"
    RTF = "rtf"
    MAIL = "mail"
    HTML = "html"
    TEXT = "text"
    ZIP = "zip"
    TAR = "tar"
    OTHER = "other"


_IN_ZIP = (
    ("word/document.xml", FileKind.WORD),
    ("ppt/presentation.xml", FileKind.SLIDES),
    ("xl/workbook.xml", FileKind.SHEETS),
    ("xl/workbook.bin", FileKind.SHEETS),
)
# Streams of Microsoft's old container, as it writes their names.
_IN_OLE = (
    ("__properties_version1.0", FileKind.OUTLOOK),
    ("Workbook", FileKind.SHEETS),
    ("Book", FileKind.SHEETS),
    ("WordDocument", FileKind.OLD_OFFICE),
    ("PowerPoint Document", FileKind.OLD_OFFICE),
)


def kind_of(content: bytes, filename: str, declared: str) -> FileKind:
    """The kind of a file."""
    begin = content[:LOOKED_AT]
    if b"%PDF-" in begin[:1024]:
        return FileKind.PDF
    if begin.startswith(b"{\\rtf"):
        return FileKind.RTF
    if begin.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    if begin.startswith(_OLE):
        return next((kind for name, kind in _IN_OLE if name.encode("utf-16-le") in content), FileKind.OTHER)
    if begin[257:262] == b"ustar":
        return FileKind.TAR
    return _writing(begin, filename.casefold(), declared) if _is_text(begin) else FileKind.OTHER


def name_of_kind(content: bytes) -> str:
    """What a file without a reader is, for a person: ``image/png``; '' where nothing tells."""
    try:
        return str(puremagic.from_string(content[:LOOKED_AT], mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _in_zip(content: bytes) -> FileKind:
    names = archives.zip_names(content)
    if "mimetype" in names:
        family = archives.begin_of_member(content, "mimetype", 200).partition(b".opendocument.")[2].strip()
        if family == b"spreadsheet":
            return FileKind.SHEETS
        if family in {b"text", b"presentation"}:
            return FileKind.OPEN_DOCUMENT
    return next((kind for name, kind in _IN_ZIP if name in names), FileKind.ZIP)


def _writing(begin: bytes, filename: str, declared: str) -> FileKind:
    is_mail = declared == "message/rfc822" or filename.endswith(".eml")
    if is_mail and _FIELD.match(begin.lstrip()):
        return FileKind.MAIL
    if _HTML.match(begin) or filename.endswith((".html", ".htm", ".xhtml")) or declared == "text/html":
        return FileKind.HTML
    return FileKind.TEXT


def _is_text(begin: bytes) -> bool:
    """Whether there are so few controls in it that a person wrote it."""
    if begin.startswith(_UTF16):
        return True
    return len(_CONTROLS.findall(begin)) <= len(begin) // 1000
