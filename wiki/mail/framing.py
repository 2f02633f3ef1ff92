"""The one place where a stranger's HTML leaves for a browser: as the document of a sandboxed frame.

The frame has an opaque origin, so cookies and files of ours do not come to it: its style stands in it under a nonce,
and the pictures that the mail brought along are verified and written into it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from math import ceil

from markupsafe import Markup

from wiki.mail import body
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.names import image_type
from wiki.mail.parsing.parse import parse, part_content
from wiki.mail.quoting.html import OPENING
from wiki.mail.quoting.ranges import ranges
from wiki.mail.quoting.stored import Stored, split, stored_ranges
from wiki.words import MEBIBYTE

MOST_PICTURES = 50
PICTURE_BYTES = 10 * MEBIBYTE
LONGEST_TEXT = 1_000_000
# A frame without script and origin cannot tell how high it is, so its height is guessed from what is in it.
LOWEST, HIGHEST = 160, 1400
LINE_LENGTH, LINE_HEIGHT, PICTURE_HEIGHT = 95, 24, 240
ROOM_FOR_QUOTES = 6  # lines, where quotes are folded
STYLE = (
    "html{background:#fff;color:#1d1f24}"
    "body{margin:1rem;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:.5rem 0;padding-left:.9rem;border-left:2px solid #d5d8de;color:#5c616b}"
    "a{color:#1f5fbf}"
    "summary{display:inline-block;padding:0 .6rem;border-radius:99px;background:#eceef2;color:#5c616b;"
    "font-size:.8rem;font-weight:600;cursor:pointer}details{margin:.5rem 0}"
)


@dataclass(frozen=True)
class Frame:
    """What the page around a frame says and decides about it."""

    remote_images: int
    shows_remote: bool
    height: int


@dataclass(frozen=True)
class Document:
    """The frame's document, and the Content-Security-Policy that must go with it."""

    html: str
    policy: str


def describe(raw: RawMessage, *, shows_remote: bool) -> Frame:
    """Look at a message's HTML without drawing it."""
    parsed = parse(raw, for_display=True)
    safe = body.safe_html(parsed, allow_remote=shows_remote)
    text = parsed.text
    if OPENING in safe.html:
        text = split(text, ranges(text)).new + "\n" * ROOM_FOR_QUOTES
    lines = sum(max(1, ceil(len(line) / LINE_LENGTH)) for line in text.splitlines())
    pictures = len(safe.inline_content_ids) + (safe.remote_images if shows_remote else 0)
    height = 2 * LINE_HEIGHT + lines * LINE_HEIGHT + pictures * PICTURE_HEIGHT
    return Frame(safe.remote_images, shows_remote, min(max(height, LOWEST), HIGHEST))


def document(raw: RawMessage, *, shows_remote: bool) -> Document:
    """Draw a message's HTML as a document that is complete in itself."""
    parsed = parse(raw, for_display=True)
    pictures = _Pictures(raw, parsed)
    safe = body.safe_html(parsed, inline_url=pictures.address, allow_remote=shows_remote)
    nonce = secrets.token_urlsafe(16)
    cut = (
        "<p><em>This message is too long to be shown whole; download it to see the rest.</em></p>"
        if safe.is_cut
        else ""
    )
    html = (
        '<!doctype html><html><head><meta charset="utf-8"><title>Message</title>'
        f'<style nonce="{nonce}">{STYLE}</style></head><body>{safe.html}{cut}</body></html>'
    )
    images = "data: https: http:" if shows_remote else "data:"
    policy = (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        f"img-src {images}; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return Document(html, policy)


def text_markup(text: str, kept: Stored, longest: int = LONGEST_TEXT) -> Markup:
    """A message's plain text as HTML of our own making: escaped, with links, long quotes folded.

    ``kept`` are its ranges as its row has them.
    """
    return Markup(body.text_html(text, stored_ranges(kept, text), longest))  # noqa: S704 - text_html escapes all of the text


@dataclass
class _Pictures:
    """The pictures that a message brought along, as addresses that hold them."""

    raw: RawMessage
    parsed: ParsedMessage
    found: dict[str, str | None] = field(default_factory=dict)
    size: int = 0

    def address(self, content_id: str) -> str | None:
        """The picture of that Content-ID as a data address; None for what is not verifiably one, or is too much."""
        if content_id not in self.found:
            self.found[content_id] = self._read(content_id) if len(self.found) < MOST_PICTURES else None
        return self.found[content_id]

    def _read(self, content_id: str) -> str | None:
        part = next((each for each in self.parsed.parts if each.content_id == content_id), None)
        if part is None or self.size + part.size > PICTURE_BYTES:
            return None
        content = part_content(self.raw, part.index)[1]
        verified = image_type(content)
        if verified is None:
            return None
        self.size += len(content)
        return f"data:{verified};base64,{base64.b64encode(content).decode('ascii')}"
