"""The names of folders and labels, which IMAP sends in its own modified UTF-7 (RFC 3501 section 5.1.3). Pure."""

from __future__ import annotations

from imapclient.imap_utf7 import decode


def decoded(name: bytes) -> str:
    """A name for people: modified UTF-7, else the UTF-8 that some servers send, with U+FFFD where it is neither."""
    try:
        text: str = decode(name) if name.isascii() else name.decode()
        text.encode()
    except UnicodeError:
        return name.decode(errors="replace")
    return text
