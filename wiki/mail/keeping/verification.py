"""Reading the archive again at once, to find out whether it is whole; on a schedule that is ``checking``."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import reading, transaction
from wiki.jobs.progress import Progress
from wiki.mail.keeping import damage
from wiki.mail.keeping.models import Condition
from wiki.mail.models import Message
from wiki.permissions.actor import SYSTEM

BATCH = 500


@dataclass
class Verification:
    """How many raw messages are whole, and the ids of those that are damaged or missing."""

    whole: int = 0
    damaged: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing is damaged or missing."""
        return not self.damaged and not self.missing

    def add(self, other: Verification) -> None:
        """Count another one too."""
        self.whole += other.whole
        self.damaged += other.damaged
        self.missing += other.missing

    def in_words(self) -> str:
        """The result for a person."""
        if self.is_clean:
            return f"All {self.whole:,} raw messages are whole."
        named = ", ".join(str(each) for each in [*self.damaged, *self.missing][:20])
        return f"{self.whole:,} whole, {len(self.damaged)} damaged, {len(self.missing)} missing: {named}."


def verify(space_id: int, progress: Progress) -> Verification:
    """Read and hash every raw message of a space, trash included, in constant memory; damage is taken down."""
    found = Verification()
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(Message).where(Message.space_id == space_id)) or 0
    last = done = 0
    while True:
        with reading() as session:
            rows = session.execute(
                select(Message.id, Message.sha256)
                .where(Message.space_id == space_id, Message.id > last)
                .order_by(Message.id)
                .limit(BATCH)
            ).all()
        if not rows:
            break
        looked = {row.sha256: damage.look_at(row.sha256) for row in rows}
        for row in rows:
            if looked[row.sha256] is Condition.WHOLE:
                found.whole += 1
            else:
                (found.damaged if looked[row.sha256] is Condition.DAMAGED else found.missing).append(row.id)
        with transaction() as session:
            damage.note(session, looked)
        last = rows[-1].id
        done += len(rows)
        progress.tell(done, total)
    with transaction():
        record(
            SYSTEM,
            EventTag.MAIL_VERIFIED,
            f"space:{space_id}",
            space_id=space_id,
            checked=done,
            damaged=len(found.damaged),
            missing=len(found.missing),
        )
    return found
