"""Steps 4 and 5 of the protocol for a batch from a server: blobs durable, then one transaction, then digest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.blobs.store import Spooled
from wiki.mail import ingest, store
from wiki.mail.fetching import ledger
from wiki.mail.fetching.ledger import Failed, Item
from wiki.mail.message import RawMessage, Received
from wiki.mail.subjects import account_subject
from wiki.mail.transport.protocol import Content
from wiki.permissions.actor import SYSTEM
from wiki.words import MEBIBYTE, count

BATCH_MESSAGES = 500
BATCH_BYTES = 8 * MEBIBYTE
LONGEST_WAIT = 10.0
"""Seconds: what a slow server has given is archived after so long, however little it is."""


@dataclass(frozen=True)
class Source:
    """Where a batch comes from; ``folder_id`` is the ledger's folder, ``writing`` opens a fenced transaction.

    ``digestion`` parses what is archived while the next batch comes from the server.
    """

    account_id: int
    space_id: int
    folder_id: int
    folder: str
    writing: Callable[[], AbstractContextManager[Session]]
    digestion: ingest.Digestion


@dataclass
class Tally:
    """What a fetch has come to so far. ``paused`` is why nothing was removed though it should have been, or ''."""

    archived: int = 0
    duplicates: int = 0
    set_aside: int = 0
    removed: int = 0
    notes: list[str] = field(default_factory=list)
    paused: str = ""

    @property
    def seen(self) -> int:
        """The messages that were dealt with."""
        return self.archived + self.duplicates + self.set_aside

    def in_words(self) -> str:
        """The result for a person: ``12 new messages, 3 already archived. …``."""
        parts = [count(self.archived, "new message") if self.archived else "Nothing new"]
        if self.duplicates:
            parts.append(f"{self.duplicates:,} already archived")
        if self.set_aside:
            parts.append(f"{self.set_aside:,} set aside")
        if self.removed:
            parts.append(f"{self.removed:,} removed from the server")
        return " ".join([", ".join(parts) + ".", *self.notes])


@dataclass
class Batch:
    """Messages of one folder that wait to be archived together."""

    items: list[Item] = field(default_factory=list)
    raws: list[Received] = field(default_factory=list)
    failures: list[tuple[Item, str, Content | None]] = field(default_factory=list)
    size: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, item: Item, raw: Received) -> None:
        """Put in a message whose octets passed every check."""
        self.items.append(item)
        self.raws.append(raw)
        self.size += raw.size

    def add_failure(self, item: Item, reason: str, content: Content | None) -> None:
        """Put in a message that did not come whole."""
        self.failures.append((item, reason, content))
        self.size += len(content or b"")

    @property
    def is_full(self) -> bool:
        """A commit and a sync for each message would be some twenty times slower than for so many together."""
        is_large = len(self.items) + len(self.failures) >= BATCH_MESSAGES or self.size >= BATCH_BYTES
        return is_large or time.monotonic() - self.begun >= LONGEST_WAIT

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not self.items and not self.failures


def archive(source: Source, batch: Batch, tally: Tally) -> None:
    """Make a batch durable and known; on return nothing in it can be lost any more, whatever happens next.

    Raises OSError when the disk fails, LeaseLost, and Conflict when the account has changed; nothing is entered then.
    """
    if batch.is_empty:
        return
    broken = [content for _, _, content in batch.failures if content]
    names = iter(_keep([*map(_content, batch.raws), *broken])[len(batch.raws) :])
    failures = [Failed(item, reason, next(names) if content else None) for item, reason, content in batch.failures]
    with source.writing() as session:
        stored = store.add(session, source.space_id, batch.raws)
        ledger.note_archived(session, source.folder_id, batch.items, stored)
        _note_failures(session, source, failures)
        new = sum(each.is_new for each in stored)
        record(
            SYSTEM,
            EventTag.MAIL_ARCHIVED,
            account_subject(source.account_id),
            folder=source.folder,
            new=new,
            duplicates=len(stored) - new,
            set_aside=len(failures),
        )
    tally.archived += new
    tally.duplicates += len(stored) - new
    tally.set_aside += len(failures)
    fresh = {each.id: raw for each, raw in zip(stored, batch.raws, strict=True) if each.is_new and each.id is not None}
    source.digestion.take(fresh)


def _content(raw: Received) -> Content:
    return raw.content if isinstance(raw, RawMessage) else Spooled(raw.path, raw.size, raw.sha256)


def _keep(contents: Sequence[Content]) -> list[str]:
    """Make contents durable and give their names, in order; whatever fails, no file of theirs is left behind."""
    store = blob_store()
    large = [content for content in contents if isinstance(content, Spooled)]
    try:
        names = iter(store.put_many([content for content in contents if isinstance(content, bytes)]))
        return [store.adopt(content) if isinstance(content, Spooled) else next(names) for content in contents]
    except BaseException:
        for content in large:
            content.discard()
        raise


def _note_failures(session: Session, source: Source, failures: Sequence[Failed]) -> None:
    held_now = ledger.note_failed(session, source.folder_id, failures)
    if held_now:
        store.set_aside(
            session,
            source.space_id,
            source.account_id,
            [
                {
                    "ledger_id": entry.id,
                    "source": f"{source.folder}, message {entry.uid or entry.uidl or 'without an id'}",
                    "sha256": entry.sha256,
                    "size": entry.size,
                    "reason": entry.reason,
                }
                for entry in held_now
            ],
        )
