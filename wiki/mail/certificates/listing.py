"""What a server holds now, listed anew. What it leaves out of an answer is asked for again: omission is not absence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wiki.mail.certificates.comparison import Listed
from wiki.mail.transport.protocol import FolderStatus, ImapTransport, PopEntry, PopTransport, only_hash

WINDOW = 2000
# How often a folder is listed until its list has as many messages as the server counts.
ROUNDS = 3


@dataclass(frozen=True)
class Window:
    """The messages of a folder with UIDs above ``low`` up to ``high``; None where there is no end."""

    low: int
    high: int | None
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class FolderListing:
    """The UIDs of a folder, and how many messages the server says it has beyond those."""

    uids: Sequence[int]
    not_listed: int


def list_folder(
    transport: ImapTransport, open_anew: Callable[[], FolderStatus], known: Collection[int]
) -> FolderListing:
    """List a folder that ``open_anew`` selects. Those of ``known`` that the listing leaves out are asked for once more.

    The count is of the moment when the folder was opened, the list of a moment later: only what was there already is
    held against it, lest mail that arrives in between stand for mail that is left out. Raises TransportError.
    """
    listed: set[int] = set()
    missing = 0
    for _ in range(ROUNDS):
        status = open_anew()
        # Below UIDNEXT, or listed before: there are servers without a UIDNEXT, and with one that is behind.
        last = max([(status.uidnext or 1) - 1, *listed])
        found = set(transport.uids())
        listed = found | transport.still_present(sorted({*listed, *known} - found))
        missing = status.count - sum(uid <= last for uid in listed)
        if missing <= 0:
            break
        # Left out, or expunged meanwhile: opening the folder once more tells the two apart.
    return FolderListing(sorted(listed), max(missing, 0))


def windows(transport: ImapTransport, uids: Sequence[int]) -> Iterator[Window]:
    """Give the listed UIDs with their sizes, so many at a time; the last window has no upper end."""
    starts = range(0, len(uids), WINDOW) if uids else range(1)
    low = 0
    for start in starts:
        part = uids[start : start + WINDOW]
        high = None if start + WINDOW >= len(uids) else part[-1]
        sizes = dict(transport.sizes(part))
        sizes.update(transport.sizes([uid for uid in part if uid not in sizes]))
        yield Window(low, high, tuple(Listed(uid=uid, size=sizes.get(uid)) for uid in part))
        low = high or low


def list_maildrop(
    transport: PopTransport, listing: Sequence[PopEntry], hashes: Mapping[int, str]
) -> tuple[tuple[Listed, ...], int]:
    """List a maildrop a second time, and read what has no id of its own; gives how many more the server counts, too.

    ``hashes`` are of the messages that were read whole in this very session. Raises TransportError.
    """
    entries = {entry.number: entry for entry in listing}
    entries.update({entry.number: entry for entry in transport.listing()})
    not_listed = max(transport.message_count() - len(entries), 0)
    return tuple(_listed(transport, entry, hashes) for _, entry in sorted(entries.items())), not_listed


def _listed(transport: PopTransport, entry: PopEntry, hashes: Mapping[int, str]) -> Listed:
    sha256 = ""
    if not entry.is_unique:
        sha256 = hashes.get(entry.number, "")
        if not sha256:
            sha256 = only_hash(transport.retrieve(entry.number)) or ""
    return Listed(uidl=entry.uidl or "", size=entry.size, sha256=sha256)
