"""Files that are text, or nearly: plain text and CSV, HTML, RTF, and enclosed mail (.eml, .msg)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import oxmsg

from wiki.mail.extraction.readers.extracted import Page
from wiki.mail.message import RawMessage
from wiki.mail.parsing import charsets, parse
from wiki.richtext import plain

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{1,40})""", re.IGNORECASE)

_RTF = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z0-9\\{}\r\n]|[\\{}])|([{}])|([^\\{}\r\n]+)",
    re.DOTALL,
)
_RTF_SIGNS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "\u2014", b"endash": "\u2013", b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019",
    b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"~": "\u00a0", b"_": "\u2011",
    b"\\": "\\", b"{": "{", b"}": "}",
}  # fmt: skip
# Groups whose text is not the document's: tables of fonts, pictures, and whatever says that it may be left out (\*).
_RTF_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore filetbl listtable listoverridetable xmlnstbl "
    b"generator revtbl rsidtbl latentstyles fldinst".split()
)


def read_text(content: bytes) -> Iterator[Page]:
    """Plain text in whatever charset."""
    yield Page("", charsets.decode(content, _by_mark(content), "")[0])


def read_html(content: bytes) -> Iterator[Page]:
    """What a reader of the page would see."""
    declared = _META_CHARSET.search(content, 0, 4096)
    label = _by_mark(content) or (declared[1].decode("ascii") if declared else "")
    yield Page("", plain.from_html(charsets.decode(content, label, "")[0]))


def read_mail(content: bytes) -> Iterator[Page]:
    """An enclosed message: its subject, people, text, and the names of what it has attached."""
    parsed = parse.parse(RawMessage(content))
    people = [f"{each.name} {each.address}".strip() for each in (*parsed.sender, *parsed.to, *parsed.cc)]
    names = [part.filename for part in parsed.attachments if part.filename]
    yield Page("", "\n".join([parsed.subject, *people, "", parsed.text, "", *names]))


def read_outlook(content: bytes) -> Iterator[Page]:
    """An enclosed message of Outlook's own kind."""
    message = oxmsg.Message.load(io.BytesIO(content))
    people = [message.sender or "", *(f"{each.name} {each.email_address}" for each in message.recipients)]
    body = message.body or plain.from_html(message.html_body or "")
    names = [each.file_name or "" for each in message.attachments]
    yield Page("", "\n".join([message.subject or "", *people, "", body, "", *names]))


def read_rtf(content: bytes) -> Iterator[Page]:
    """Rich Text Format 1.9: its text without its formatting, in one walk over the bytes."""
    yield Page("", _Rtf().text(content))


class _Rtf:
    """Walks through the groups; each has its own say on silence and on how many octets stand in for a character."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._bytes = bytearray()
        self._charset = "cp1252"
        self._silent = False
        self._skip_after = 1
        self._to_skip = 0
        self._groups: list[tuple[bool, int]] = []

    def text(self, content: bytes) -> str:
        for token in _RTF.finditer(content):
            word, number, byte, sign, brace, literal = token.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word, int(number or 0), has_number=number is not None)
            elif sign:
                self._sign(sign)
            else:
                self._take(bytes([int(byte, 16)]) if byte else literal)
        self._flush()
        # Beyond the first 65,536 characters, one comes as two halves.
        return "".join(self._found).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            self._groups.append((self._silent, self._skip_after))
        elif self._groups:
            self._silent, self._skip_after = self._groups.pop()

    def _word(self, word: bytes, number: int, *, has_number: bool) -> None:
        if word == b"u" and has_number:
            self._flush()
            self._say(chr(number % 0x10000))
            self._to_skip = self._skip_after
        elif word == b"uc":
            self._skip_after = min(max(number, 0), 8)
        elif word == b"ansicpg":
            self._charset = f"cp{number}"
        elif word in _RTF_SILENT:
            self._silent = True
        elif word in _RTF_SIGNS:
            self._flush()
            self._say(_RTF_SIGNS[word])

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._silent = True
            return
        self._flush()
        self._say(_RTF_SIGNS.get(sign, ""))

    def _take(self, octets: bytes) -> None:
        """Octets in the document's charset; those that stand in for a character that was told already are left out."""
        skipped = min(self._to_skip, len(octets))
        self._to_skip -= skipped
        if not self._silent:
            self._bytes += octets[skipped:]

    def _say(self, text: str) -> None:
        if not self._silent:
            self._found.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._found.append(charsets.decode(bytes(self._bytes), self._charset, "")[0])
            self._bytes.clear()


def _by_mark(content: bytes) -> str:
    """The charset that a byte order mark names."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8" if content.startswith(b"\xef\xbb\xbf") else ""
