"""What a fetch of one account is about: plain values, so that no row is held while the network is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from wiki import clock
from wiki.db import transaction
from wiki.errors import Conflict
from wiki.jobs.lease import Held
from wiki.jobs.progress import Progress
from wiki.mail.fetching.archiving import Source, Tally
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.transport.endpoint import Endpoint


@dataclass(frozen=True)
class Plan:
    """An account as it was when the fetch began."""

    account_id: int
    space_id: int
    endpoint: Endpoint
    folders: tuple[str, ...]
    after_archiving: AfterArchiving
    move_to: str
    delete_delay: timedelta
    generation: int = 0

    @property
    def removes(self) -> bool:
        """Whether archived messages leave the folder that they were fetched from."""
        return self.after_archiving != AfterArchiving.LEAVE

    def archived_before(self) -> datetime:
        """What was archived before this moment may be removed now: by then a backup had time to happen."""
        return clock.now() - self.delete_delay


@dataclass
class Run:
    """One fetch as it goes: the plan, the lease that fences it, and what it has come to."""

    plan: Plan
    held: Held
    progress: Progress
    tally: Tally = field(default_factory=Tally)
    expected: int = 0

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

    def source(self, folder_id: int, folder: str) -> Source:
        """The place that a batch comes from."""
        return Source(self.plan.account_id, self.plan.space_id, folder_id, folder, self.writing)

    def expect(self, more: int) -> None:
        """Count messages that are going to be fetched, for the progress."""
        self.expected += more
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        self.progress.tell(self.tally.seen, self.expected)
