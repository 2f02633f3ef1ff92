"""From the outbox into the index: what changed is looked up as it is now, put, and ticked off after the commit.

Only the process that holds the lease ``indexer`` writes. Everything here may be killed anywhere and done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import delete, select

from wiki.db import chunks, reading, transaction
from wiki.jobs.lease import lease
from wiki.jobs.progress import Progress
from wiki.search import outbox
from wiki.search.backend import IndexMissing, SearchUnavailable
from wiki.search.configured import search_backend
from wiki.search.document import SearchDocument
from wiki.search.models import OutboxRow
from wiki.search.registry import Kind, all_kinds

BATCH = 500
MANY = 2_000
"""Changes that wait: from here on a commit takes all cores and as many of them as ``AT_ONCE``."""
AT_ONCE = 8_000
_CHUNK = 250  # documents in memory, each with its text
LEASE = "indexer"

Wanted = dict[str, dict[int, None]]
"""Ids of things by their kind, in the order of the changes."""

log = structlog.get_logger(__name__)


@dataclass
class Verification:
    """What the index has and should have: keys that are missing, extra, or of an older version."""

    checked: int = 0
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """The index says what the database says."""
        return not (self.missing or self.extra or self.stale)


def drain(most: int | None = None) -> int:
    """Bring what changed into the index, batch by batch; gives the number of things. Builds a missing index first.

    Raises LeaseTaken when another process is at it, SearchUnavailable when the engine cannot write just now.
    """
    if not _exists():
        rebuild()
    if not _is_anything_waiting():
        return 0
    done = 0
    with lease(LEASE):
        while (most is None or done < most) and (batch := _batch()):
            try:
                _index_or_halve(batch)
            except IndexMissing:
                _rebuild(None)
                _index_or_halve(batch)
            done += len(batch)
            if len(batch) >= BATCH:
                search_backend().tidy()  # a great many changes: keep what they leave in few segments
    return done


def rebuild(progress: Progress | None = None) -> int:
    """Build the index anew beside the living one and swap; gives the number of documents. Raises LeaseTaken."""
    with lease(LEASE):
        return _rebuild(progress)


def verify(*, repair: bool = False) -> Verification:
    """Compare the index with the database, ids and versions; ``repair`` puts what differs into the outbox.

    What waits in the outbox differs rightly and is not counted. Of an index that cannot be read everything is missing.
    """
    with reading() as session:
        rows = session.execute(select(OutboxRow.kind, OutboxRow.object_id))
        waiting = {f"{row.kind}:{row.object_id}" for row in rows}
    indexed = _indexed()
    found = Verification()
    for kind in all_kinds().values():
        for documents in _all_documents(kind):
            for document in documents:
                found.checked += 1
                version = indexed.pop(document.key, None)
                if document.key in waiting:
                    continue
                if version is None:
                    found.missing.append(document.key)
                elif version != document.version:
                    found.stale.append(document.key)
    found.extra = sorted(key for key in indexed if key not in waiting)
    if repair and not found.is_clean:
        with transaction() as session:
            for key in [*found.missing, *found.stale, *found.extra]:
                kind_name, _, object_id = key.partition(":")
                outbox.touch(session, kind_name, [int(object_id)])
    return found


def _index_or_halve(batch: Sequence[tuple[int, str, int]]) -> None:
    """Index a batch; should one thing in it fail, the others must not wait for it: ``verify`` will name it."""
    try:
        _index(batch, _load if len(batch) >= MANY else _apply)
    except SearchUnavailable:
        raise
    except Exception:
        if len(batch) == 1:
            log.exception("a thing cannot be indexed", kind=batch[0][1], id=batch[0][2])
            _tick_off(batch)
            return
        middle = len(batch) // 2
        _index_or_halve(batch[:middle])
        _index_or_halve(batch[middle:])


def _index(batch: Sequence[tuple[int, str, int]], change: Callable[[Wanted], None]) -> None:
    """Put or drop what a batch names, and tick it off if the index that took it is the one that stays."""
    wanted: Wanted = {}
    for _, kind_name, object_id in batch:
        wanted.setdefault(kind_name, {})[object_id] = None
    backend = search_backend()
    before = backend.settled()
    change(wanted)
    if before is None or backend.settled() != before:
        return
    _tick_off(batch)


def _apply(wanted: Wanted) -> None:
    search_backend().apply(*_current(wanted))


def _load(wanted: Wanted) -> None:
    """The same for thousands, a few of them in memory at a time."""
    with search_backend().load() as loader:
        for kind_name, ids in wanted.items():
            ordered = list(ids)
            for some in chunks(ordered, _CHUNK):
                documents, dropped = _current({kind_name: dict.fromkeys(some)})
                loader.put(documents)
                loader.drop(dropped)


def _tick_off(batch: Sequence[tuple[int, str, int]]) -> None:
    with transaction() as session:
        for some in chunks(batch):
            session.execute(delete(OutboxRow).where(OutboxRow.id.in_([row_id for row_id, _, _ in some])))


def _current(wanted: Wanted) -> tuple[list[SearchDocument], list[str]]:
    documents: list[SearchDocument] = []
    dropped: list[str] = []
    with reading():
        for kind_name, ids in wanted.items():
            kind = all_kinds().get(kind_name)
            living = kind.documents(list(ids)) if kind is not None else []
            documents += living
            there = {document.id for document in living}
            dropped += [f"{kind_name}:{object_id}" for object_id in ids if object_id not in there]
    return documents, dropped


def _rebuild(progress: Progress | None) -> int:
    count = 0
    covered = _waiting()
    with search_backend().rebuild() as writer:
        for kind in all_kinds().values():
            for documents in _all_documents(kind):
                writer.put(documents)
                count += len(documents)
                if progress is not None:
                    progress.tell(count)
    # What had changed before the first document was read is in the new index; what came since waits its turn.
    _tick_off(covered)
    log.info("index rebuilt", documents=count)
    return count


def _all_documents(kind: Kind) -> Iterator[list[SearchDocument]]:
    last = 0
    while True:
        with reading():
            ids = kind.ids_after(last, BATCH)
            documents = kind.documents(ids) if ids else []
        if not ids:
            return
        yield documents
        last = ids[-1]


def _batch() -> list[tuple[int, str, int]]:
    """The oldest changes: a few, or where very many wait thousands."""
    rows = _waiting(AT_ONCE)
    return rows if len(rows) >= MANY else rows[:BATCH]


def _waiting(most: int | None = None) -> list[tuple[int, str, int]]:
    with reading() as session:
        rows = session.execute(
            select(OutboxRow.id, OutboxRow.kind, OutboxRow.object_id).order_by(OutboxRow.id).limit(most)
        )
        return [(row.id, row.kind, row.object_id) for row in rows]


def _is_anything_waiting() -> bool:
    with reading() as session:
        return session.scalar(select(OutboxRow.id).limit(1)) is not None


def _indexed() -> dict[str, int]:
    try:
        return dict(search_backend().entries())
    except IndexMissing:
        return {}


def _exists() -> bool:
    try:
        search_backend().settled()
    except IndexMissing:
        return False
    return True
