"""Fetching over POP3. Numbers last one session, UIDLs may repeat, and deletions happen only when QUIT succeeds.

What leaves the maildrop, and when it counts as gone, is :mod:`wiki.mail.fetching.pop_deletion`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from wiki.db import reading
from wiki.mail.fetching import pop_deletion, pop_ledger
from wiki.mail.fetching.archiving import Batch, archive
from wiki.mail.fetching.ledger import Item
from wiki.mail.fetching.plan import INEXACT, Run
from wiki.mail.fetching.pop_deletion import Maildrop
from wiki.mail.transport.errors import TransportError
from wiki.mail.transport.protocol import FetchedMessage, PopEntry, PopTransport, Trouble


def fetch_pop(open_session: Callable[[], PopTransport], run: Run) -> None:
    """Archive what is new in the maildrop, then delete what the plan says, in small sessions. Raises TransportError."""
    with run.writing() as session:
        folder_id = pop_ledger.enter_maildrop(session, run.plan.account_id)
    attempted: set[int] = set()
    failed: set[tuple[str, int]] = set()
    more = True
    while more:
        with open_session() as transport:
            drop = Maildrop(transport, folder_id, transport.listing())
            asks_again = pop_deletion.confirm_gone(run, drop)
            _archive_new(run, drop, failed)
            has_deleted = run.plan.removes and pop_deletion.delete_some(run, drop, attempted)
            if not has_deleted:
                # Nothing is marked, so leaving politely deletes nothing.
                transport.quit()
            more = has_deleted or asks_again


def _archive_new(run: Run, drop: Maildrop, failed: set[tuple[str, int]]) -> None:
    """Archive what is new; ``failed`` grows by what did not come whole: it is tried once a fetch, not once a session.

    It holds UIDLs and sizes, since numbers are other ones in the next session.
    """
    with reading() as session:
        known = pop_ledger.known_uidls(session, drop.folder_id)
    wanted = [
        entry for entry in drop.entries if _is_wanted(entry, known) and (entry.uidl or "", entry.size) not in failed
    ]
    run.expect(len(wanted))
    source = run.source(drop.folder_id, "INBOX")
    batch = Batch()
    try:
        for entry in wanted:
            _retrieve(run, drop, entry, batch)
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
    failed.update((entry.uidl or "", entry.size) for entry in wanted if entry.number not in drop.hashes)
    with run.writing() as session:
        pop_ledger.leave_maildrop(session, drop.folder_id)


def _is_wanted(entry: PopEntry, known: Mapping[str, set[int]]) -> bool:
    return not entry.is_unique or entry.size not in known.get(entry.uidl or "", ())


def _retrieve(run: Run, drop: Maildrop, entry: PopEntry, batch: Batch) -> None:
    item = Item(entry.size, uidl=entry.uidl or "")
    try:
        fetched = drop.transport.retrieve(entry.number)
    except TransportError as error:
        if error.uid is not None:  # it broke on this one, rather than being over already
            batch.add_failure(item, f"The connection broke on it: {error.sentence}", None)
        raise
    if isinstance(fetched, FetchedMessage):
        raw = fetched.received
        drop.hashes[entry.number] = raw.sha256
        batch.add(item, raw)
    elif (whole := run.plan.taken(fetched)) is not None:
        batch.add(replace(item, stays_because=INEXACT), whole)
    elif fetched.trouble is not Trouble.GONE:
        batch.add_failure(item, fetched.reason, fetched.content)
