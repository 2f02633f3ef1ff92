"""Fetching over IMAP: folder by folder, from the UIDs that the ledger does not have (reliability.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator

from wiki.db import reading
from wiki.mail.fetching import deletion, ledger
from wiki.mail.fetching.archiving import Batch, archive
from wiki.mail.fetching.ledger import FolderEpoch, Item
from wiki.mail.fetching.plan import Run
from wiki.mail.transport.errors import FolderMissing, TransportError
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FolderStatus, ImapTransport, Trouble


def fetch_imap(transport: ImapTransport, run: Run) -> None:
    """Archive what is new in each folder of the plan, then remove what the plan says. Raises TransportError."""
    for name in run.plan.folders:
        try:
            status = transport.select(name, writable=run.plan.removes)
        except FolderMissing:
            run.tally.notes.append(f"There is no folder {name} on the server.")
            continue
        with run.writing() as session:
            folder = ledger.enter_folder(session, run.plan.account_id, name, status.uidvalidity, status.uidnext)
        _archive_new(transport, run, folder, status)
        if run.plan.removes:
            deletion.remove_from_folder(transport, run, folder)


def _archive_new(transport: ImapTransport, run: Run, folder: FolderEpoch, status: FolderStatus) -> None:
    wanted = _wanted(transport, folder, status)
    run.expect(len(wanted))
    source = run.source(folder.id, folder.name)
    batch = Batch()
    try:
        for fetched in _fetched(transport, folder, wanted):
            _add(batch, fetched)
            if batch.is_full:
                archive(source, batch, run.tally)
                run.tell()
                batch = Batch()
    except TransportError as error:
        if error.uid is not None:
            # Should the connection break on this message each time, the others must not wait for it for ever.
            batch.add_failure(Item(size=0, uid=error.uid), f"The connection broke on it: {error.sentence}", None)
        archive(source, batch, run.tally)
        raise
    archive(source, batch, run.tally)
    run.tell()
    with run.writing() as session:
        ledger.leave_folder(session, folder, status.uidnext)


def _fetched(transport: ImapTransport, folder: FolderEpoch, wanted: list[int]) -> Iterator[Fetched]:
    """What was held before comes one by one: should the connection break on it again, its neighbours are not blamed."""
    with reading() as session:
        again = set(ledger.worth_another_try(session, folder.id))
    yield from transport.fetch([uid for uid in wanted if uid not in again])
    for uid in wanted:
        if uid in again:
            yield from transport.fetch([uid])


def _wanted(transport: ImapTransport, folder: FolderEpoch, status: FolderStatus) -> list[int]:
    """The UIDs to fetch: those without an entry first, then those that were held and may come whole now."""
    with reading() as session:
        again = ledger.worth_another_try(session, folder.id)
    nothing_new = folder.resume_above and status.uidnext is not None and status.uidnext - 1 <= folder.resume_above
    if nothing_new and not again:
        return []
    listed = [] if nothing_new else transport.uids(above=folder.resume_above)
    with reading() as session:
        known = ledger.dealt_with(session, folder.id) if listed else set()
    trying_again = set(again)
    return [uid for uid in listed if uid not in known and uid not in trying_again] + again


def _add(batch: Batch, fetched: Fetched) -> None:
    if isinstance(fetched, FetchedMessage):
        batch.add(Item(fetched.size, uid=fetched.uid), fetched.received)
    elif fetched.trouble is not Trouble.GONE:
        size = fetched.size or len(fetched.content or b"")
        batch.add_failure(Item(size, uid=fetched.uid), fetched.reason, fetched.content)
