"""What a server lists against what the ledger says, message by message. Pure: values in, one finding each out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiki.mail.models import Because, LedgerState


class Kind(StrEnum):
    """What a message on the server, or an entry of the ledger, turns out to be."""

    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set aside"
    HELD = "held"
    PURGED = "purged"
    ARRIVED = "arrived"
    NOT_FETCHED = "not fetched"
    OTHER_MESSAGE = "other message"
    NOT_STORED = "not stored"
    DAMAGED = "damaged"
    NOT_LISTED = "not listed"
    GONE_HERE = "gone, by us"
    GONE_ELSEWHERE = "gone, by others"
    LOST = "gone before it was archived"
    COPY_LOST = "gone, and our copy is damaged"


UNEXPLAINED = frozenset({Kind.NOT_FETCHED, Kind.OTHER_MESSAGE, Kind.NOT_STORED, Kind.DAMAGED, Kind.NOT_LISTED})
GONE = frozenset({Kind.GONE_HERE, Kind.GONE_ELSEWHERE, Kind.LOST, Kind.COPY_LOST})
ALARMS = UNEXPLAINED | {Kind.COPY_LOST}
_HOW = {
    Kind.DUPLICATE: "The same bytes were in the archive already.",
    Kind.PURGED: "It was deleted for good here.",
    Kind.ARRIVED: "It came after the last fetch, and is fetched by the next.",
    Kind.NOT_FETCHED: "The last fetch should have brought it, and did not.",
    Kind.OTHER_MESSAGE: "The server shows a message of another size under a known number.",
    Kind.NOT_STORED: "The ledger says that it is archived, and the archive does not have it.",
    Kind.DAMAGED: "Its stored copy is missing from the disk, or damaged.",
    Kind.GONE_ELSEWHERE: "Somebody else removed it from the server; the archive has it.",
    Kind.COPY_LOST: "It is no longer on the server, and the stored copy is missing from the disk, or damaged.",
    Kind.LOST: "It could not be archived, and somebody else removed it from the server.",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as the server lists it. ``sha256`` where only reading it whole tells what it is (POP3 without UIDL)."""

    uid: int = 0
    uidl: str = ""
    size: int | None = None
    sha256: str = ""

    @property
    def where(self) -> str:
        """What the server calls it, for a person."""
        return f"message {self.uid or self.uidl or 'without an id'}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger, with the message of the archive that has its bytes, and whether it was purged here."""

    id: int
    uid: int
    uidl: str
    size: int
    sha256: str | None
    state: LedgerState
    reason: str = ""
    is_duplicate: bool = False
    message_id: int | None = None
    is_purged: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One message with its explanation, or the lack of one."""

    kind: Kind
    where: str
    entry: Entry | None = None

    @property
    def text(self) -> str:
        """Why it counts as what it counts, for a person."""
        if self.kind in {Kind.SET_ASIDE, Kind.HELD} and self.entry is not None:
            return self.entry.reason
        return _HOW.get(self.kind, "")


@dataclass(frozen=True)
class Known:
    """What is known besides the two lists.

    ``fetched_below``: UIDs from this one on are new since the last fetch, None when no fetch came to its end.
    POP3 has no such numbers: there, what stands after everything known in the listing is new.
    ``damaged`` are hashes whose blob is missing or does not match.
    """

    damaged: frozenset[str] = frozenset()
    fetched_below: int | None = None
    is_pop: bool = False


def compare(listed: Sequence[Listed], entries: Iterable[Entry], known: Known) -> list[Finding]:
    """Exactly one finding for each listed message, in order, and then one for each entry that none of them is."""
    found = _Entries(entries)
    findings: list[Finding] = []
    unknown: list[int] = []
    for position, each in enumerate(listed):
        entry = found.match(each)
        if entry is None:
            unknown.append(position)
        findings.append(
            Finding(Kind.NOT_FETCHED, each.where)
            if entry is None
            else Finding(_kind(each, entry, known, is_again=found.was_used(entry)), each.where, entry)
        )
    last_known = max((i for i, finding in enumerate(findings) if finding.entry is not None), default=-1)
    for position in unknown:
        if _is_new(listed[position], position > last_known, known):
            findings[position] = Finding(Kind.ARRIVED, listed[position].where)
    findings.extend(_unlisted(entry, known) for entry in found.unused())
    return findings


class _Entries:
    """The ledger's entries, found by what the server calls a message, or by the hash of what was read of it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        # Where a number has both, what was archived counts before what was held.
        self._all = sorted(entries, key=lambda entry: (entry.state == LedgerState.HELD, entry.id))
        self._used: defaultdict[int, int] = defaultdict(int)
        self._by_uid: dict[int, Entry] = {}
        self._by_uidl: dict[tuple[str, int], Entry] = {}
        self._by_hash: dict[str, Entry] = {}
        self._held_by_size: defaultdict[tuple[str, int], list[Entry]] = defaultdict(list)
        for entry in self._all:
            if entry.uid:
                self._by_uid.setdefault(entry.uid, entry)
            elif entry.uidl:
                self._by_uidl.setdefault((entry.uidl, entry.size), entry)
            if entry.sha256:
                self._by_hash.setdefault(entry.sha256, entry)
            if entry.state == LedgerState.HELD:
                self._held_by_size[entry.uidl, entry.size].append(entry)

    def match(self, listed: Listed) -> Entry | None:
        """The entry of a listed message; it counts as used from now on."""
        entry = self._find(listed)
        if entry is not None:
            self._used[entry.id] += 1
        return entry

    def was_used(self, entry: Entry) -> bool:
        """Whether more than one listed message was found to be this entry: twins without an id of their own."""
        return self._used[entry.id] > 1

    def unused(self) -> list[Entry]:
        """The entries that no listed message is."""
        return [entry for entry in self._all if entry.id not in self._used]

    def _find(self, listed: Listed) -> Entry | None:
        if listed.uid:
            return self._by_uid.get(listed.uid)
        if listed.sha256:
            return self._by_hash.get(listed.sha256)
        if listed.uidl and (entry := self._by_uidl.get((listed.uidl, listed.size or 0))):
            return entry
        # It could not be read again: a held one of its size is all that it can be.
        held = [each for each in self._held_by_size[listed.uidl, listed.size or 0] if each.id not in self._used]
        return held[0] if held else None


def _kind(listed: Listed, entry: Entry, known: Known, *, is_again: bool) -> Kind:
    if entry.message_id is None or entry.sha256 is None:
        return _without_message(entry)
    if entry.sha256 in known.damaged:
        return Kind.DAMAGED
    if entry.state == LedgerState.HELD:
        # It never leaves the server because of its entry, so its size there decides nothing.
        return Kind.HELD
    if not listed.sha256 and listed.size is not None and listed.size != entry.size:
        return Kind.OTHER_MESSAGE
    return Kind.DUPLICATE if entry.is_duplicate or is_again else Kind.ARCHIVED


def _without_message(entry: Entry) -> Kind:
    if entry.is_purged:
        return Kind.PURGED
    return Kind.SET_ASIDE if entry.state == LedgerState.HELD else Kind.NOT_STORED


def _is_new(listed: Listed, stands_last: bool, known: Known) -> bool:
    if known.fetched_below is None:
        return False
    return stands_last if known.is_pop else listed.uid >= known.fetched_below


def _unlisted(entry: Entry, known: Known) -> Finding:
    where = Listed(entry.uid, entry.uidl).where
    if entry.sha256 in known.damaged:
        return Finding(Kind.COPY_LOST, where, entry)
    is_ours = entry.state == LedgerState.GONE and entry.because != Because.ELSEWHERE
    if is_ours or entry.state == LedgerState.DELETE_PENDING:
        return Finding(Kind.GONE_HERE, where, entry)
    is_safe = entry.message_id is not None or entry.is_purged
    return Finding(Kind.GONE_ELSEWHERE if is_safe else Kind.LOST, where, entry)
