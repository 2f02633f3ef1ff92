"""Where an account's mail is, checked before a single octet is sent; it knows no socket.

Line breaks and NUL in a host, user name, password or folder would let one command become two (the
libraries send them as they are), so they are refused here, and once more where commands are written.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum

from wiki.errors import Invalid
from wiki.mail.transport.mailbox_names import wire_name

FORBIDDEN_CHARACTERS = re.compile(r"[\r\n\0]")
_TOKEN = re.compile(r"[!-~]+")  # RFC 6750 section 2.1 allows fewer characters, some providers more
_HOST = re.compile(r"[\w.-]{1,253}")


class Protocol(StrEnum):
    """How a mail server is spoken to; the two with an S are encrypted from the first octet."""

    POP = "pop"
    IMAP = "imap"
    POPS = "pops"
    IMAPS = "imaps"

    @property
    def is_imap(self) -> bool:
        """Whether the server has folders and UIDs; otherwise it is a POP3 maildrop."""
        return self in {Protocol.IMAP, Protocol.IMAPS}

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS begins before the first word; the others use STARTTLS or STLS where it is offered."""
        return self in {Protocol.IMAPS, Protocol.POPS}


DEFAULT_PORTS = {Protocol.POP: 110, Protocol.IMAP: 143, Protocol.POPS: 995, Protocol.IMAPS: 993}


@dataclass(frozen=True)
class AccessToken:
    """A bearer token of OAuth 2.0 (RFC 6750), which a provider gave for this mailbox; never shows in ``repr``."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class Endpoint:
    """A mail server and who signs in there, by a password or an access token; neither ever shows in ``repr``.

    Raises :class:`wiki.errors.Invalid`, keyed by the names of these fields, for what must not be sent.
    """

    protocol: Protocol
    host: str
    port: int
    username: str
    password: str | AccessToken = field(repr=False)

    def __post_init__(self) -> None:
        errors = {}
        if not _is_host(self.host):
            errors["host"] = "Write only the name of the mail server, such as mail.example.com."
        if not 1 <= self.port <= 65535:
            errors["port"] = "A port is a number from 1 to 65535."
        if not self.username or not _is_sendable(self.username):
            errors["username"] = "The username must be one line of text."
        if isinstance(self.password, AccessToken):
            if not _TOKEN.fullmatch(self.password.value):
                errors["password"] = "The access token cannot be sent; connect the account with its provider again."  # noqa: S105 - a sentence
        elif not _is_sendable(self.password):
            errors["password"] = "The password must be one line of text."  # noqa: S105 - a sentence, not a password
        if errors:
            raise Invalid(errors)


def _is_host(name: str) -> bool:
    if ":" in name:
        return _is_ipv6(name)
    return bool(_HOST.fullmatch(name)) and bool(name.strip(".-_"))


def _is_ipv6(name: str) -> bool:
    try:
        return ipaddress.IPv6Address(name).scope_id is None
    except ValueError:
        return False


def checked_folder(name: str) -> str:
    """The folder's name as given, once it is known to be safe to send; raises Invalid (key ``folder``)."""
    if not name or not _is_sendable(name) or FORBIDDEN_CHARACTERS.search(wire_name(name).decode("latin-1")):
        raise Invalid({"folder": "A folder's name is one line of text."})
    return name


def _is_sendable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return not FORBIDDEN_CHARACTERS.search(text)
