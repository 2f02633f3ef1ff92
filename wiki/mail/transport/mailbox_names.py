"""The names of folders and labels, which IMAP sends in its own modified UTF-7 (RFC 3501 section 5.1.3). Pure.

A folder is known by a name that is ordinary text and leads back to the very octets the server listed. Where those
octets are no proper modified UTF-7, each one that is not plain ASCII is written as a character of a private range: such
a name can be kept, compared and selected like any other, and :func:`shown` makes something for people of it.
"""

from __future__ import annotations

import re

from imapclient.imap_utf7 import decode, encode

_RAW = 0x10F700  # plane 16, for private use: no server's name has these
_RAW_CHARACTERS = re.compile(f"[{chr(_RAW)}-{chr(_RAW + 0xFF)}]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def folder_name(wire: bytes) -> str:
    """The name under which a folder is known that the server lists as these octets."""
    if wire.upper() == b"INBOX":  # the one name whose case means nothing
        return "INBOX"
    try:
        name: str = decode(wire)
        is_proper = wire.isascii() and encode(name) == wire
    except UnicodeError:
        name, is_proper = "", False
    if is_proper and not _RAW_CHARACTERS.search(name) and not _CONTROLS.search(name):
        return name
    return "".join(chr(octet) if _is_plain(octet) else chr(_RAW + octet) for octet in wire)


def one_inbox(name: str) -> str:
    """A folder's name as somebody typed it, but INBOX in capitals: the one name whose case means nothing.

    RFC 3501 section 5.1; in any other name the server says what its case means.
    """
    return "INBOX" if name.isascii() and name.upper() == "INBOX" else name


def wire_name(name: str) -> bytes:
    """What to send to the server for a folder of this name: the octets it listed."""
    if not _RAW_CHARACTERS.search(name):
        encoded: bytes = encode(name)
        return encoded
    return b"".join(
        bytes([ord(each) - _RAW]) if _RAW_CHARACTERS.match(each) else each.encode(errors="replace") for each in name
    )


def shown(name: str) -> str:
    """A folder's name for people."""
    return decoded(wire_name(name)) if _RAW_CHARACTERS.search(name) else name


def decoded(octets: bytes) -> str:
    """Octets for people: modified UTF-7, else the UTF-8 that some servers send, with U+FFFD for what is neither."""
    try:
        text: str = decode(octets) if octets.isascii() else octets.decode()
        text.encode()
    except UnicodeError:
        text = octets.decode(errors="replace")
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def _is_plain(octet: int) -> bool:
    return 0x20 <= octet < 0x7F and octet != ord("&")
