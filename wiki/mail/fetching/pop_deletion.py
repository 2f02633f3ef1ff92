"""What leaves a POP3 maildrop, and when it counts as gone.

A message is deleted only if it was read whole in the very session that deletes it and its hash is in the archive:
a UIDL alone has been seen to stand for another message (docs/failures.md). It counts as gone when two sessions in turn
did not list it and neither listed fewer messages than there must be: some servers show only a part of a maildrop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from wiki.db import reading
from wiki.mail.certificates.queries import is_proven
from wiki.mail.certificates.service import BY_FETCH, certify_maildrop
from wiki.mail.fetching import deletion, ledger, pop_ledger
from wiki.mail.fetching.archiving import Batch, archive
from wiki.mail.fetching.ledger import Item
from wiki.mail.fetching.plan import CalledOff, Run
from wiki.mail.models import LedgerState
from wiki.mail.transport.protocol import FetchedMessage, PopEntry, PopTransport, only_hash

# A session that breaks at QUIT leaves us not knowing which of its deletions happened: keep the question small.
DELETIONS_A_SESSION = 50


@dataclass
class Maildrop:
    """One POP3 session: what it lists, and the hash of each message that was read whole in it."""

    transport: PopTransport
    folder_id: int
    entries: list[PopEntry]
    hashes: dict[int, str] = field(default_factory=dict)


def confirm_gone(run: Run, drop: Maildrop) -> bool:
    """See which begun deletions happened; gives whether another session could tell more."""
    with reading() as session:
        begun = pop_ledger.pending_uidls(session, drop.folder_id)
        expected = pop_ledger.expected_count(session, drop.folder_id)
    if not begun:
        return False
    listed = {entry.uidl for entry in drop.entries if entry.uidl}
    is_whole = expected is not None and len(drop.entries) >= expected
    # Without a UIDL nothing tells: fewer messages may be another client's doing, so the entry stays as it is.
    absent = [each for each in begun if each.uidl and each.uidl not in listed] if is_whole else []
    first_time = [each.id for each in absent if not each.was_absent]
    with run.writing() as session:
        pop_ledger.note_absent(session, first_time, is_absent=True)
        pop_ledger.note_absent(session, [each.id for each in begun if each.uidl in listed], is_absent=False)
        pop_ledger.expect_count(session, drop.folder_id, len(drop.entries))
    deletion.note_gone(run, "INBOX", [each.id for each in absent if each.was_absent])
    return bool(first_time)


def delete_some(run: Run, drop: Maildrop, attempted: set[int]) -> bool:
    """Delete up to fifty and QUIT; gives whether it did, so that another session may have something to do.

    ``attempted`` grows by the entries that were tried: a server that says yes and keeps them is not asked for ever.
    """
    if deletion.has_too_many_held(run):
        deletion.pause(run, "INBOX", deletion.TOO_MANY_HELD)
        return False
    before = run.plan.archived_before()
    if not _is_accounted_for(run, drop, before):
        deletion.pause(run, "INBOX", deletion.unproven("the mailbox"))
        return False
    chosen = _chosen(run, drop, attempted, before)
    if not chosen:
        return False
    try:
        with run.removing() as session:
            ledger.mark(session, chosen.values(), LedgerState.DELETE_PENDING)
            pop_ledger.expect_count(session, drop.folder_id, len(drop.entries) - len(chosen))
    except CalledOff:
        deletion.pause(run, "INBOX", deletion.CALLED_OFF)
        return False
    for number in chosen:
        drop.transport.mark_deleted(number)
    drop.transport.quit()
    return True


def _is_accounted_for(run: Run, drop: Maildrop, before: datetime) -> bool:
    """Whether the maildrop's certificate is clean, or one that is made now."""
    with reading() as session:
        if is_proven(session, drop.folder_id, before):
            return True
    return certify_maildrop(drop.transport, run, drop.folder_id, drop.entries, drop.hashes, BY_FETCH)


def _chosen(run: Run, drop: Maildrop, attempted: set[int], before: datetime) -> dict[int, int]:
    """Numbers of this session to delete, with their entries: read whole, stored, and verified by reading again."""
    chosen: dict[int, int] = {}
    with reading() as session:
        may_go = pop_ledger.may_be_deleted(session, drop.folder_id, before)
    for entry in drop.entries:
        if len(chosen) == DELETIONS_A_SESSION:
            break
        if (entry.uidl or "", entry.size) not in may_go:
            continue
        sha256 = drop.hashes.get(entry.number) or _hash_again(run, drop, entry)
        if sha256 is None:
            continue
        with reading() as session:
            entry_id = pop_ledger.entry_to_delete(session, drop.folder_id, entry.uidl or "", sha256, before)
        if entry_id is not None and entry_id not in attempted and deletion.is_whole(run, sha256):
            chosen[entry.number] = entry_id
            attempted.add(entry_id)
    return chosen


def _hash_again(run: Run, drop: Maildrop, entry: PopEntry) -> str | None:
    """Read a message whose id and size are known; should it be another one by now, it is archived here."""
    fetched = drop.transport.retrieve(entry.number)
    if not isinstance(fetched, FetchedMessage):
        return only_hash(fetched)
    sha256 = fetched.received.sha256
    with reading() as session:
        is_known = pop_ledger.is_entered(session, drop.folder_id, entry.uidl or "", sha256)
    if is_known:
        return only_hash(fetched)
    batch = Batch()
    batch.add(Item(entry.size, uidl=entry.uidl or ""), fetched.received)
    archive(run.source(drop.folder_id, "INBOX"), batch, run.tally)
    return sha256
