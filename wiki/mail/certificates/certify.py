"""Certifying a whole account, folder by folder, under the lease that its fetches take too."""

from __future__ import annotations

from collections.abc import Iterable

from wiki.crypto import CannotUnseal
from wiki.db import reading
from wiki.errors import Conflict, Invalid
from wiki.jobs.lease import Held, LeaseLost, LeaseTaken, lease
from wiki.jobs.progress import Progress
from wiki.mail.certificates import queries
from wiki.mail.certificates.service import Extent, certify_folder, certify_maildrop
from wiki.mail.fetching import opening
from wiki.mail.fetching.plan import Run
from wiki.mail.folders.following import folders_to_read
from wiki.mail.subjects import account_subject
from wiki.mail.transport.errors import FolderMissing, TransportError
from wiki.mail.transport.protocol import ImapTransport

BUSY = "This account is being fetched just now; try again when that has ended."
NEVER_FETCHED = "{name} was never fetched, so there is nothing to compare yet."


def certify(account_id: int, progress: Progress, extent: Extent) -> tuple[bool, str]:
    """Compare what the account's server holds with the ledger; gives whether all is clean, and the result in words.

    Raises Conflict when the account is being fetched or is gone.
    """
    try:
        with lease(account_subject(account_id)) as held:
            return _certify_alone(account_id, held, progress, extent)
    except (LeaseTaken, LeaseLost) as error:
        raise Conflict(BUSY) from error


def _certify_alone(account_id: int, held: Held, progress: Progress, extent: Extent) -> tuple[bool, str]:
    try:
        run = Run(opening.plan_of(account_id), held, progress)
        if run.plan.endpoint.protocol.is_imap:
            with opening.imap(run.plan) as transport:
                return _result(
                    _certify_folder(transport, run, name, extent) for name in folders_to_read(transport, run.plan)
                )
        return _result([_certify_pop(run, extent)])
    except TransportError as failure:
        return False, failure.sentence
    except (Invalid, CannotUnseal) as failure:
        return False, str(failure)


def _certify_folder(transport: ImapTransport, run: Run, name: str, extent: Extent) -> tuple[bool, str]:
    with reading() as session:
        folder = queries.known_folder(session, run.plan.account_id, name)
    if folder is None:
        return False, NEVER_FETCHED.format(name=name)
    try:
        is_clean = certify_folder(transport, run, folder, extent)
    except FolderMissing:
        # There is nothing on the server that could be missing here; what was archived of it stays.
        return True, f"There is no folder {name} on the server any more."
    return is_clean, "" if is_clean else f"{name} has messages that cannot be accounted for."


def _certify_pop(run: Run, extent: Extent) -> tuple[bool, str]:
    with reading() as session:
        folder = queries.known_folder(session, run.plan.account_id, "INBOX")
    if folder is None:
        return False, NEVER_FETCHED.format(name="The mailbox")
    with opening.pop(run.plan) as transport:
        is_clean = certify_maildrop(transport, run, folder.id, transport.listing(), {}, extent)
        transport.quit()
    return is_clean, "" if is_clean else "The mailbox has messages that cannot be accounted for."


def _result(folders: Iterable[tuple[bool, str]]) -> tuple[bool, str]:
    results = list(folders)
    said = " ".join(sentence for _, sentence in results if sentence)
    return all(is_clean for is_clean, _ in results), said or "Every message on the server is accounted for."
