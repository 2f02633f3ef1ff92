"""What LIST and STATUS answers say of folders (RFC 9051, 5258, 5819, 6154). Pure: imaplib's pieces in, folders out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wiki.mail.transport.endpoint import FORBIDDEN_CHARACTERS
from wiki.mail.transport.fetch_answers import Literal, Piece, Token, octets, records, tokens
from wiki.mail.transport.mailbox_names import folder_name
from wiki.mail.transport.protocol import Folder

_ROLES = {rb"\all", rb"\archive", rb"\drafts", rb"\flagged", rb"\important", rb"\junk", rb"\sent", rb"\trash"}
_OLD_ROLES = {rb"\allmail": rb"\all", rb"\spam": rb"\junk", rb"\starred": rb"\flagged"}  # of Google's XLIST
_NOT_SELECTABLE = {rb"\noselect", rb"\nonexistent"}


def folders(listed: Iterable[Piece], counted: Iterable[Piece] = ()) -> list[Folder]:
    """The folders of LIST answers in their order, each once, with the messages that STATUS answers count.

    Raises ValueError for a LIST answer that cannot be read.
    """
    found: dict[str, Folder] = {}
    for record in records(listed):
        folder = _folder(tokens(record))
        found.setdefault(folder.name, folder)
    counts = dict(_counts(counted))
    return [replace(folder, count=counts.get(folder.name)) for folder in found.values()]


def _folder(listed: list[Token]) -> Folder:
    """Read ``(attributes) delimiter name``; raises ValueError."""
    if len(listed) < 4 or listed[0] != b"(":
        raise ValueError
    end = listed.index(b")")
    attributes = {token.lower() for token in listed[1:end] if isinstance(token, bytes)}
    if any(token == b"(" for token in listed[1:end]):
        raise ValueError
    delimiter, *named = listed[end + 1 :]
    wire = _name(named)
    return Folder(
        name=folder_name(wire),
        delimiter=None if delimiter == b"NIL" else octets(delimiter).decode("latin-1") or None,
        # A name with a line break cannot be asked for.
        is_selectable=not attributes & _NOT_SELECTABLE and not FORBIDDEN_CHARACTERS.search(wire.decode("latin-1")),
        role=_role(attributes),
    )


def _name(named: list[Token]) -> bytes:
    """The name among what stands behind the delimiter, where RFC 5258 allows lists of more to follow.

    Some servers forget to quote a name with spaces.
    """
    if b"(" in named:
        named = named[: named.index(b"(")]
    if not named or (len(named) > 1 and not all(_is_atom(token) for token in named)):
        raise ValueError
    return b" ".join(octets(token) for token in named)


def _role(attributes: set[bytes]) -> str:
    roles = {_OLD_ROLES.get(attribute, attribute) for attribute in attributes} & _ROLES
    return next(iter(sorted(roles)), b"").decode()


def _counts(counted: Iterable[Piece]) -> Iterator[tuple[str, int]]:
    """The name and MESSAGES of each STATUS answer that can be read."""
    for record in records(counted):
        match tokens(record):
            case [name, b"(", *items] if items[-1:] == [b")"]:
                told = dict(zip(items[:-1:2], items[1:-1:2], strict=False))
                number = told.get(b"MESSAGES")
                if isinstance(number, bytes) and number.isdigit():
                    yield folder_name(octets(name)), int(number[:20])


def _is_atom(token: Token) -> bool:
    return not isinstance(token, Literal) and not token.startswith((b'"', b"("))
