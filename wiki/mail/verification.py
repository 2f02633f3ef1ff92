"""Reading the archive again to find out whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select

from wiki.blobs.configured import blob_store
from wiki.db import reading
from wiki.jobs.progress import Progress
from wiki.mail.models import Message

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

    def in_words(self) -> str:
        """The result for a person."""
        if self.is_clean:
            return f"All {self.whole:,} raw messages are whole."
        named = ", ".join(str(each) for each in [*self.damaged, *self.missing][:20])
        return f"{self.whole:,} whole, {len(self.damaged)} damaged, {len(self.missing)} missing: {named}."


def verify(space_id: int, progress: Progress) -> Verification:
    """Read and hash every raw message of a space, trash included, in constant memory."""
    found = Verification()
    store = blob_store()
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
            return found
        for row in rows:
            if row.sha256 not in store:
                found.missing.append(row.id)
            elif store.verify(row.sha256):
                found.whole += 1
            else:
                found.damaged.append(row.id)
        last = rows[-1].id
        done += len(rows)
        progress.tell(done, total)
