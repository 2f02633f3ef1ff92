"""Fetching over POP3. Numbers last one session, UIDLs may repeat, and deletions happen only when QUIT succeeds.

A message is deleted only if it was read whole in the very session that deletes it and its hash is in the archive:
a UIDL alone has been seen to stand for another message (failures.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wiki.blobs.configured import blob_store
from wiki.db import reading
from wiki.mail.fetching import deletion, ledger
from wiki.mail.fetching.archiving import Batch, archive
from wiki.mail.fetching.ledger import Item
from wiki.mail.fetching.plan import Run
from wiki.mail.message import RawMessage
from wiki.mail.models import LedgerState
from wiki.mail.transport.errors import TransportError
from wiki.mail.transport.protocol import FetchedMessage, PopEntry, PopTransport, Trouble

# A session that breaks at QUIT leaves us not knowing which of its deletions happened: keep the question small.
DELETIONS_A_SESSION = 50


@dataclass
class _Session:
    """One POP3 session: what it lists, and the hash of each message that was read whole in it."""

    transport: PopTransport
    entries: list[PopEntry]
    hashes: dict[int, str] = field(default_factory=dict)


def fetch_pop(open_session: Callable[[], PopTransport], run: Run) -> None:
    """Archive what is new in the maildrop, then delete what the plan says, in small sessions. Raises TransportError."""
    with run.writing() as session:
        folder_id = ledger.enter_maildrop(session, run.plan.account_id)
    attempted: set[int] = set()
    more = True
    while more:
        with open_session() as transport:
            pop = _Session(transport, transport.listing())
            _confirm_gone(run, folder_id, pop)
            _archive_new(run, folder_id, pop)
            more = run.plan.removes and _delete_some(run, folder_id, pop, attempted)
            if not more:
                # Nothing is marked, so leaving politely deletes nothing.
                transport.quit()


def _archive_new(run: Run, folder_id: int, pop: _Session) -> None:
    with reading() as session:
        known = ledger.known_uidls(session, folder_id)
    wanted = [
        entry for entry in pop.entries if not entry.is_unique or entry.size not in known.get(entry.uidl or "", ())
    ]
    run.expect(len(wanted))
    source = run.source(folder_id, "INBOX")
    batch = Batch()
    try:
        for entry in wanted:
            _retrieve(pop, entry, batch)
            if batch.is_full:
                archive(source, batch, run.tally)
                run.tell()
                batch = Batch()
    except TransportError:
        # What came whole before the server failed is kept; after a failure of our own disk nothing is tried again.
        archive(source, batch, run.tally)
        raise
    archive(source, batch, run.tally)
    run.tell()


def _retrieve(pop: _Session, entry: PopEntry, batch: Batch) -> None:
    item = Item(entry.size, uidl=entry.uidl or "")
    try:
        fetched = pop.transport.retrieve(entry.number)
    except TransportError as error:
        if error.uid is not None:  # it broke on this one, rather than being over already
            batch.add_failure(item, f"The connection broke on it: {error.sentence}", None)
        raise
    if isinstance(fetched, FetchedMessage):
        raw = RawMessage(fetched.content)
        pop.hashes[entry.number] = raw.sha256
        batch.add(item, raw)
    elif fetched.trouble is not Trouble.GONE:
        batch.add_failure(item, fetched.reason, fetched.content)


def _confirm_gone(run: Run, folder_id: int, pop: _Session) -> None:
    """Deletions that were begun in an earlier session happened if their UIDL is listed no more."""
    with reading() as session:
        begun = ledger.pending_uidls(session, folder_id)
    listed = {entry.uidl for entry in pop.entries if entry.uidl}
    # Without a UIDL nothing tells: fewer messages may be another client's doing, so the entry stays as it is.
    gone = [entry_id for uidl, ids in begun.items() if uidl and uidl not in listed for entry_id in ids]
    deletion.note_gone(run, "INBOX", gone)


def _delete_some(run: Run, folder_id: int, pop: _Session, attempted: set[int]) -> bool:
    """Delete up to fifty and QUIT; gives whether another session may have something to do.

    ``attempted`` grows by the entries that were tried: a server that says yes and keeps them is not asked for ever.
    """
    if run.tally.set_aside > deletion.MOST_HELD * max(run.tally.seen, 1):
        run.tally.notes.append("Too many messages were set aside, so nothing was removed from the server this time.")
        return False
    chosen = _chosen(run, folder_id, pop, attempted)
    if not chosen:
        return False
    with run.writing() as session:
        ledger.mark(session, chosen.values(), LedgerState.DELETE_PENDING)
    for number in chosen:
        pop.transport.mark_deleted(number)
    pop.transport.quit()
    return True


def _chosen(run: Run, folder_id: int, pop: _Session, attempted: set[int]) -> dict[int, int]:
    """Numbers of this session to delete, with their entries: read whole, stored, and verified by reading again."""
    store = blob_store()
    chosen: dict[int, int] = {}
    for entry in pop.entries:
        if len(chosen) == DELETIONS_A_SESSION:
            break
        if not _may_go(run, folder_id, entry):
            continue
        sha256 = pop.hashes.get(entry.number) or _hash_again(pop, entry)
        if sha256 is None:
            continue
        with reading() as session:
            entry_id = ledger.entry_to_delete(session, folder_id, entry.uidl or "", sha256, run.plan.archived_before())
        if entry_id is not None and entry_id not in attempted and store.verify(sha256):
            chosen[entry.number] = entry_id
            attempted.add(entry_id)
    return chosen


def _may_go(run: Run, folder_id: int, entry: PopEntry) -> bool:
    """Whether it is worth reading the message again: some entry of its UIDL and size is old enough."""
    with reading() as session:
        return ledger.may_be_deleted(session, folder_id, entry.uidl or "", entry.size, run.plan.archived_before())


def _hash_again(pop: _Session, entry: PopEntry) -> str | None:
    fetched = pop.transport.retrieve(entry.number)
    return RawMessage(fetched.content).sha256 if isinstance(fetched, FetchedMessage) else None
