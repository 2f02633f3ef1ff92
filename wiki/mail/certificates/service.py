"""Making a certificate of a folder: list the server, compare with the ledger, look at the stored copies, keep it.

Nothing is changed on the server and nothing in the ledger. What is kept here is what lets messages be removed from
the server (docs/decisions/022): so it says clean only where every message has its explanation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.db import reading
from wiki.mail.certificates import listing, queries
from wiki.mail.certificates.comparison import Known, compare
from wiki.mail.certificates.models import Certificate
from wiki.mail.certificates.sheet import Sheet
from wiki.mail.fetching.ledger import FolderEpoch
from wiki.mail.fetching.plan import Run
from wiki.mail.models import MailFolder
from wiki.mail.subjects import account_subject
from wiki.mail.transport.protocol import ImapTransport, PopEntry, PopTransport
from wiki.permissions.actor import SYSTEM


@dataclass(frozen=True)
class Extent:
    """How much is looked at: so many stored copies are read again, chosen by chance; None reads all of them."""

    most_hashes: int | None
    is_by_fetch: bool = False


# Of a fetch's own: each copy is read again anyway before its original is removed.
BY_FETCH = Extent(most_hashes=200, is_by_fetch=True)
ASKED_FOR = Extent(most_hashes=5000)
EVERYTHING = Extent(most_hashes=None)


def certify_folder(
    transport: ImapTransport, run: Run, folder: FolderEpoch, extent: Extent, *, writable: bool = False
) -> bool:
    """Certify a folder, which is selected again for it; gives whether it is clean. Raises TransportError.

    ``folder`` is as the ledger knows it: a folder that is numbered anew has nothing that could be compared.
    """
    sheet = Sheet()
    if not _is_numbered_as_known(transport, folder, writable=writable):
        sheet.add_trouble("The server numbers this folder anew; the next fetch has to sort it out first.")
        return _keep(run, folder.id, folder.name, sheet, extent)
    with reading() as session:
        expected = set(queries.uids_expected(session, folder.id))
        fetched_below = session.get_one(MailFolder, folder.id).done_below
    damaged = _read_again(run, folder.id, sheet, extent)
    found = listing.list_folder(transport, lambda: transport.select(folder.name, writable=writable), expected)
    done = 0
    for window in listing.windows(transport, found.uids):
        with reading() as session:
            entries = queries.entries(session, run.plan.space_id, folder.id, window.low, window.high)
        known = Known(damaged | _missing(each.sha256 for each in entries), fetched_below)
        sheet.add(compare(window.listed, entries, known))
        done += len(window.listed)
        run.progress.tell(done, len(found.uids))
        run.held.renew()
    sheet.add_not_listed(found.not_listed)
    if not _is_numbered_as_known(transport, folder, writable=writable):
        sheet.add_trouble("The server began to number this folder anew while it was read.")
    return _keep(run, folder.id, folder.name, sheet, extent)


def certify_maildrop(
    transport: PopTransport,
    run: Run,
    folder_id: int,
    listed: Sequence[PopEntry],
    hashes: Mapping[int, str],
    extent: Extent,
) -> bool:
    """Certify a POP3 maildrop in the session that listed it; gives whether it is clean. Raises TransportError."""
    sheet = Sheet()
    messages, not_listed = listing.list_maildrop(transport, listed, hashes)
    with reading() as session:
        entries = queries.entries(session, run.plan.space_id, folder_id)
        has_been_fetched = session.get_one(MailFolder, folder_id).listed_at is not None
    damaged = _read_again(run, folder_id, sheet, extent) | _missing(each.sha256 for each in entries)
    known = Known(damaged, fetched_below=1 if has_been_fetched else None, is_pop=True)
    sheet.add(compare(messages, entries, known))
    sheet.add_not_listed(not_listed)
    run.progress.tell(len(messages), len(messages))
    return _keep(run, folder_id, "INBOX", sheet, extent)


def _is_numbered_as_known(transport: ImapTransport, folder: FolderEpoch, *, writable: bool) -> bool:
    status = transport.select(folder.name, writable=writable)
    return folder.is_numbered_as(status.uidvalidity, status.uidnext)


def _read_again(run: Run, folder_id: int, sheet: Sheet, extent: Extent) -> frozenset[str]:
    """Read stored copies again, and give the hashes of those that do not match."""
    with reading() as session:
        chosen = queries.hashes(session, folder_id, extent.most_hashes)
    store = blob_store()
    damaged = set()
    for done, sha256 in enumerate(chosen, 1):
        if not store.verify(sha256):
            damaged.add(sha256)
        if done % 500 == 0:
            run.progress.tell(done, len(chosen))
            run.held.renew()
    sheet.hashes_read = len(chosen)
    return frozenset(damaged)


def _missing(hashes: Iterable[str | None]) -> frozenset[str]:
    store = blob_store()
    return frozenset(sha256 for sha256 in hashes if sha256 and sha256 not in store)


def _keep(run: Run, folder_id: int, name: str, sheet: Sheet, extent: Extent) -> bool:
    certificate = Certificate(
        account_id=run.plan.account_id,
        folder_id=folder_id,
        folder=name,
        made_at=clock.now(),
        is_by_fetch=extent.is_by_fetch,
        **sheet.columns(),
    )
    with run.writing() as session:
        # A fetch tries again each time until one is clean; only the last of those tries says anything.
        session.execute(
            delete(Certificate).where(
                Certificate.folder_id == folder_id,
                Certificate.is_by_fetch.is_(True),
                Certificate.is_clean.is_(False),
            )
        )
        session.add(certificate)
        record(
            SYSTEM,
            EventTag.MAIL_ACCOUNT_CERTIFIED,
            account_subject(run.plan.account_id),
            folder=name,
            on_server=certificate.on_server,
            unexplained=certificate.unexplained,
            is_clean=certificate.is_clean,
            digest=certificate.digest,
        )
        return certificate.is_clean
