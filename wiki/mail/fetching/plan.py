"""What a fetch of one account is about: plain values, so that no row is held while the network is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from wiki import clock, settings
from wiki.db import transaction
from wiki.errors import Conflict
from wiki.jobs.lease import Held
from wiki.jobs.progress import Progress
from wiki.mail import ingest
from wiki.mail.fetching.archiving import Source, Tally
from wiki.mail.message import Received
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.transport.endpoint import Endpoint
from wiki.mail.transport.mailbox_names import one_inbox
from wiki.mail.transport.protocol import FetchedMessage, FetchProblem, Trouble

INEXACT = "The server announces another size than it sends, so the message is archived and stays on the server."


class CalledOff(Exception):
    """What people decided when the fetch began holds no more, so nothing more is removed from the server."""


@dataclass(frozen=True)
class Plan:
    """An account as it was when the fetch began. ``has_token``: it signs in with one, and no password."""

    account_id: int
    space_id: int
    endpoint: Endpoint
    folders: tuple[str, ...]
    after_archiving: AfterArchiving
    move_to: str
    delete_delay: timedelta
    generation: int = 0
    reads_all_folders: bool = False
    left_out: tuple[str, ...] = ()
    allows_inexact_sizes: bool = False
    has_token: bool = False

    @property
    def removes(self) -> bool:
        """Whether archived messages leave the folder that they were fetched from."""
        return self.after_archiving != AfterArchiving.LEAVE

    def taken(self, problem: FetchProblem) -> Received | None:
        """The message all the same, where an administrator said that this server's sizes are not exact.

        What came is counted itself then (an IMAP literal says its own length); nothing else may be wrong with it.
        """
        if not (self.allows_inexact_sizes and problem.trouble is Trouble.WRONG_SIZE and problem.content):
            return None
        return FetchedMessage(problem.uid, problem.content, len(problem.content)).received

    def archived_before(self) -> datetime:
        """What was archived before this moment may be removed now: by then a backup had time to happen."""
        return clock.now() - self.delete_delay


def folders_of(account: MailAccount) -> tuple[str, ...]:
    """The folders that an account names, each once, or the inbox."""
    return tuple(dict.fromkeys(one_inbox(name) for name in account.folders)) or ("INBOX",)


@dataclass
class Run:
    """One fetch as it goes: the plan, the lease that fences it, and what it has come to."""

    plan: Plan
    held: Held
    progress: Progress
    tally: Tally = field(default_factory=Tally)
    expected: int = 0
    digestion: ingest.Digestion = field(init=False)

    def __post_init__(self) -> None:
        self.digestion = ingest.Digestion(self.plan.space_id)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that commits only what is still true: the lease is held, the account is as planned.

        Raises LeaseLost, and Conflict when the account was removed or leads to another mailbox by now: the ledger of
        one server must never be written with the UIDs of another.
        """
        with transaction() as session:
            self.held.confirm()
            account = session.get(MailAccount, self.plan.account_id)
            if account is None or account.generation != self.plan.generation:
                raise Conflict("The account was changed or removed while its mail was being fetched.")
            yield session

    @contextmanager
    def removing(self) -> Iterator[Session]:
        """The same for the beginning of a removal. Raises CalledOff when people have decided otherwise meanwhile."""
        with self.writing() as session:
            if not self._is_still_wanted(session.get_one(MailAccount, self.plan.account_id)):
                raise CalledOff
            yield session

    def _is_still_wanted(self, account: MailAccount) -> bool:
        if not (account.is_enabled and settings.feature_is_on("mail")):
            return False
        plan = self.plan
        return (plan.after_archiving, plan.move_to, plan.folders, plan.reads_all_folders, plan.left_out) == (
            account.after_archiving,
            one_inbox(account.move_to),
            folders_of(account),
            account.reads_all_folders,
            tuple(account.left_out),
        )

    def source(self, folder_id: int, folder: str) -> Source:
        """The place that a batch comes from."""
        return Source(self.plan.account_id, self.plan.space_id, folder_id, folder, self.writing, self.digestion)

    def expect(self, more: int) -> None:
        """Count messages that are going to be fetched, for the progress."""
        self.expected += more
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        self.progress.tell(self.tally.seen, self.expected)
