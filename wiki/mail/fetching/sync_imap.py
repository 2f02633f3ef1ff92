"""Fetching over IMAP: folder by folder, from the UIDs that the ledger lacks (docs/reliability.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator

from wiki.db import reading
from wiki.mail.fetching import deletion, ledger
from wiki.mail.fetching.archiving import Batch, archive
from wiki.mail.fetching.ledger import FolderEpoch, Item
from wiki.mail.fetching.plan import INEXACT, Plan, Run
from wiki.mail.folders.following import folders_to_read
from wiki.mail.presets import hidden_messages
from wiki.mail.transport.errors import FolderMissing, TransportError
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FolderStatus, ImapTransport, Trouble

WINDOW = 5000


def fetch_imap(transport: ImapTransport, run: Run) -> None:
    """Archive what is new in each folder of the plan, then remove what the plan says. Raises TransportError."""
    for name in folders_to_read(transport, run.plan):
        try:
            status = transport.select(name, writable=run.plan.removes)
        except FolderMissing:
            run.tally.notes.append(f"There is no folder {name} on the server.")
            continue
        with run.writing() as session:
            folder = ledger.enter_folder(
                session, run.plan.account_id, name, status.uidvalidity, status.uidnext, _fingerprint(status)
            )
        _archive_new(transport, run, folder, status)
        if run.plan.removes:
            deletion.remove_from_folder(transport, run, folder)


def _archive_new(transport: ImapTransport, run: Run, folder: FolderEpoch, status: FolderStatus) -> None:
    wanted = _wanted(transport, run, folder, status)
    run.expect(len(wanted))
    source = run.source(folder.id, folder.name)
    batch = Batch()
    try:
        for fetched in _fetched(transport, folder, wanted):
            _add(batch, fetched, run.plan)
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
        ledger.leave_folder(session, folder, status.uidnext, _fingerprint(status))


def _fetched(transport: ImapTransport, folder: FolderEpoch, wanted: list[int]) -> Iterator[Fetched]:
    """What was held before comes one by one: should the connection break on it again, its neighbours are not blamed."""
    with reading() as session:
        again = set(ledger.worth_another_try(session, folder.id))
    yield from transport.fetch([uid for uid in wanted if uid not in again])
    for uid in wanted:
        if uid in again:
            yield from transport.fetch([uid])


def _fingerprint(status: FolderStatus) -> tuple[int, int] | None:
    return None if status.highest_modseq is None else (status.highest_modseq, status.count)


def _wanted(transport: ImapTransport, run: Run, folder: FolderEpoch, status: FolderStatus) -> list[int]:
    """The UIDs to fetch: those without an entry first, then those that were held and may come whole now."""
    with reading() as session:
        again = ledger.worth_another_try(session, folder.id)
    nothing_new = folder.resume_above and status.uidnext is not None and status.uidnext - 1 <= folder.resume_above
    if nothing_new:
        return again
    listed = transport.uids(above=folder.resume_above)
    if not folder.resume_above:
        if len(listed) < status.count:  # or were they expunged meanwhile?
            status = transport.select(folder.name, writable=run.plan.removes)
        run.tally.notes.extend(hidden_messages(run.plan.endpoint.host, folder.name, status.count, len(listed)))
    trying_again = set(again)
    fresh: list[int] = []
    for start in range(0, len(listed), WINDOW):
        window = listed[start : start + WINDOW]
        with reading() as session:
            known = ledger.dealt_with(session, folder.id, window[0], window[-1])
        fresh += [uid for uid in window if uid not in known and uid not in trying_again]
    return fresh + again


def _add(batch: Batch, fetched: Fetched, plan: Plan) -> None:
    if isinstance(fetched, FetchedMessage):
        batch.add(Item(fetched.size, uid=fetched.uid, labels=fetched.labels), fetched.received)
    elif (whole := plan.taken(fetched)) is not None:
        batch.add(Item(whole.size, uid=fetched.uid, stays_because=INEXACT), whole)
    elif fetched.trouble is not Trouble.GONE:
        size = fetched.size or len(fetched.content or b"")
        batch.add_failure(Item(size, uid=fetched.uid), fetched.reason, fetched.content)
