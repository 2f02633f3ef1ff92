"""Breaks finished mail the way the world breaks it. Works on bytes, by hand: no library would write such mail."""

from __future__ import annotations

import re
from collections.abc import Callable


def damaged(content: bytes, words: tuple[str, ...]) -> bytes:
    """The message after each named mishap in turn. Raises KeyError for a mishap nobody knows."""
    for word in words:
        content = _MISHAPS[word](content)
    return content


def with_line_ends(content: bytes, ends: str) -> bytes:
    """The message (with CRLF) as ``crlf``, ``lf``, or ``mixed``: a body whose every third line ends in a bare LF."""
    if ends == "lf":
        return content.replace(b"\r\n", b"\n")
    if ends == "mixed":
        head, _, body = content.partition(b"\r\n\r\n")
        lines = body.split(b"\r\n")
        joined = b"".join(line + (b"\n" if place % 3 == 2 else b"\r\n") for place, line in enumerate(lines[:-1]))
        return head + b"\r\n\r\n" + joined + lines[-1]
    return content


def _wrong_boundary(content: bytes) -> bytes:
    """The header names a boundary that never comes: a gateway rewrote the one and not the other."""
    return re.sub(rb'boundary="([^"]+)"', rb'boundary="\1-gw"', content, count=1)


def _unclosed(content: bytes) -> bytes:
    """The last third of the last part is missing and the closing boundary with it: the line dropped."""
    closing = content.rstrip().rfind(b"\r\n--")
    opening = content.rfind(b"\r\n--", 0, closing)
    cut = closing - (closing - opening) // 3
    return content[: content.rfind(b"\r\n", 0, cut) + 2]


def _header_garbage(content: bytes) -> bytes:
    """A line without a colon stands among the headers: a virus scanner's remark."""
    return content.replace(b"\r\nSubject:", b"\r\nscanned at the gateway, nothing found\r\nSubject:", 1)


def _nul(content: bytes) -> bytes:
    """A zero byte in the text: a data logger's serial line had a hiccup."""
    return content.replace(b"<NUL>", b"\x00")


def _undeclared(content: bytes) -> bytes:
    """8-bit text without a word on its charset, from a program older than MIME."""
    return re.sub(rb"(?m)^(MIME-Version|Content-Type|Content-Transfer-Encoding):.*\r\n", b"", content)


def _unknown_charset(content: bytes) -> bytes:
    """A charset that no one has heard of."""
    return re.sub(rb'charset="?[\w-]+"?', b'charset="x-harbour-office"', content, count=1)


def _head_only(content: bytes) -> bytes:
    """Headers and nothing else, not even the empty line."""
    return content.partition(b"\r\n\r\n")[0] + b"\r\n"


_MISHAPS: dict[str, Callable[[bytes], bytes]] = {
    "boundary": _wrong_boundary,
    "unclosed": _unclosed,
    "header": _header_garbage,
    "nul": _nul,
    "undeclared": _undeclared,
    "unknown-charset": _unknown_charset,
    "head-only": _head_only,
}
