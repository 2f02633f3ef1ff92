"""One fetch of one account, from the lease to the result in words; IMAP and POP3 differ below this.

Holds no database transaction while it talks to a server. Nothing is deleted on the server here:
:mod:`wiki.mail.fetching.deletion` does that, for what this has archived before.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.crypto import CannotUnseal
from wiki.db import transaction
from wiki.errors import Conflict, Invalid
from wiki.jobs.lease import Held, LeaseLost, LeaseTaken, lease
from wiki.jobs.progress import Progress
from wiki.mail.fetching import opening
from wiki.mail.fetching.archiving import Tally
from wiki.mail.fetching.plan import Run
from wiki.mail.fetching.sync_imap import fetch_imap
from wiki.mail.fetching.sync_pop import fetch_pop
from wiki.mail.models import MailAccount
from wiki.mail.subjects import account_subject
from wiki.mail.transport.errors import TookTooLong, TransportError
from wiki.permissions.actor import SYSTEM

ALREADY_RUNNING = "This account is being fetched just now."
UNEXPECTED = "The fetch was stopped by an unexpected error; nothing was lost, and the server's log has the details."
DISK_TROUBLE = "The archive could not write to its disk; nothing was removed from the server that is not archived."

log = structlog.get_logger(__name__)


def fetch(account_id: int, progress: Progress) -> tuple[bool, str]:
    """Fetch an account's new mail; gives whether it went well, and the result in words, which the account keeps too.

    Never raises for what a server does. Raises Conflict when the account is being fetched elsewhere or is gone.
    """
    try:
        with lease(account_subject(account_id)) as held:
            return _fetch_alone(account_id, held, progress)
    except (LeaseTaken, LeaseLost) as error:
        raise Conflict(ALREADY_RUNNING) from error
    except (OSError, OperationalError) as failure:  # there was no room even for the result
        log.warning("the disk failed around a fetch", account=account_id, error=str(failure))
        return False, DISK_TROUBLE


def _fetch_alone(account_id: int, held: Held, progress: Progress) -> tuple[bool, str]:
    tally = Tally()
    error = ""
    try:
        _fetch_planned(Run(opening.plan_of(account_id), held, progress, tally))
    except TransportError as failure:
        error = failure.sentence
        if isinstance(failure, TookTooLong) and tally.seen:
            error += " The next fetch goes on from here."
    except (Invalid, CannotUnseal) as failure:
        error = str(failure)
    except (OSError, OperationalError) as failure:
        log.warning("the disk failed during a fetch", account=account_id, error=str(failure))
        error = DISK_TROUBLE
    except (Conflict, LeaseLost):
        raise
    except Exception:  # the account must say that it was not fetched, whatever happened
        log.exception("a fetch failed", account=account_id)
        error = UNEXPECTED
    result = f"{error} So far: {tally.in_words()}" if error and tally.seen else error or tally.in_words()
    _finish(account_id, held, tally, ok=not error, result=result)
    return not error, result


def _fetch_planned(run: Run) -> None:
    blob_store().sweep()
    with run.digestion:
        if run.plan.endpoint.protocol.is_imap:
            with opening.imap(run.plan) as imap:
                fetch_imap(imap, run)
        else:
            fetch_pop(lambda: opening.pop(run.plan), run)


def _finish(account_id: int, held: Held, tally: Tally, *, ok: bool, result: str) -> None:
    with transaction() as session:
        held.confirm()
        account = session.get(MailAccount, account_id)
        if account is None:
            return
        now = clock.now()
        account.last_fetch_at = now
        account.last_fetch_ok = ok
        account.last_result = result
        account.deletion_paused = tally.paused
        account.failures = 0 if ok else account.failures + 1
        # What stopped half-way and did make progress goes on soon; what fails keeps to its rhythm.
        goes_on = not ok and tally.archived > 0
        account.next_fetch_at = now + timedelta(minutes=1 if goes_on else account.fetch_minutes)
        record(SYSTEM, EventTag.MAIL_ACCOUNT_FETCHED, account_subject(account_id), ok=ok, result=result)
