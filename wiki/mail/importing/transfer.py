"""Bringing mail in from files: streamed, in batches, each batch durable before the next is read.

A killed import goes on at the position that was committed with its last batch; what was read twice is recognised by
its hash. Every message goes through the same recipe as fetched mail (:mod:`wiki.mail.ingest`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.blobs.store import Spooled
from wiki.db import reading, transaction
from wiki.errors import Conflict, Invalid
from wiki.jobs.lease import Held, LeaseTaken, lease
from wiki.jobs.progress import Progress
from wiki.mail import ingest, store
from wiki.mail.formats import folders, sources
from wiki.mail.formats.found import Fate, Found, NotMail, Position
from wiki.mail.formats.packed import Damaged
from wiki.mail.importing.limits import limits
from wiki.mail.importing.models import ImportNote
from wiki.mail.message import LargeMessage, RawMessage, Received
from wiki.mail.models import MailImport
from wiki.mail.subjects import import_subject
from wiki.permissions.actor import SYSTEM
from wiki.words import MEBIBYTE

BATCH_MESSAGES = 500
BATCH_BYTES = 8 * MEBIBYTE
MOST_NOTES = 200
LONGEST_NAME = 300
COMMAND_LINE = "the command line"
NOTHING_FOUND = "There is no mail in it."


class _Ended(Exception):
    """Somebody has cancelled the import."""


@dataclass(frozen=True)
class _Source:
    """What is imported, whereto, and from where on."""

    import_id: int
    space_id: int
    path: Path
    filename: str
    position: Position
    size: int


@dataclass
class _Batch:
    """What was found and waits to be archived, and the place behind the last of it."""

    raws: list[Received] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)
    position: Position = ()
    done: int = 0
    size: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it is to be archived before more is read."""
        return len(self.raws) + len(self.others) >= BATCH_MESSAGES or self.size >= BATCH_BYTES


def begin(
    session: Session, space_id: int, path: Path, requested_by: str, *, filename: str = "", is_upload: bool = False
) -> int:
    """Note a file or folder that is to be imported; gives the import's id. Raises Invalid."""
    if not path.is_file() and not path.is_dir():
        raise Invalid({"path": f"There is no file {path.name}."})
    added = MailImport(
        space_id=space_id,
        filename=filename or path.name,
        path=str(path.resolve()),
        is_upload=is_upload,
        size=path.stat().st_size if path.is_file() else 0,
        requested_by=requested_by,
        created_at=clock.now(),
    )
    session.add(added)
    session.flush()
    return added.id


def run(import_id: int, progress: Progress) -> str:
    """Import, or go on with, what a file or folder holds; gives the result in words.

    What cannot be imported at all ends with a sentence in ``MailImport.error``. Raises Conflict where it can be tried
    again later: a disk that is full, a file that is being imported just now.
    """
    try:
        with lease(import_subject(import_id)) as held:
            return _run_alone(import_id, held, progress)
    except LeaseTaken as error:
        raise Conflict("This file is being imported just now.") from error


def _run_alone(import_id: int, held: Held, progress: Progress) -> str:
    with reading() as session:
        importing = session.get(MailImport, import_id)
        if importing is None:
            raise Conflict("This import has been removed.")
        if importing.finished_at is not None:
            return _result(importing)
        source = _Source(
            import_id,
            importing.space_id,
            Path(importing.path),
            importing.filename,
            tuple(importing.position),
            importing.size,
        )
    try:
        _refuse_links(source.path)
        size = _sized(source)
        found = sources.read(source.path, source.filename, source.position, limits())
        with ingest.Digestion(source.space_id) as digestion:
            for batch in _batches(found):
                digestion.take(_archive(source, held, batch))
                progress.tell(batch.done, size)
    except _Ended:
        return _finish(import_id, "")
    except NotMail as error:
        return _finish(import_id, str(error))
    except Damaged as error:
        return _finish(import_id, f"{error} What could be read before is archived.")
    except OSError as error:
        raise Conflict(f"{source.filename} could not be read or stored: {error.strerror}.") from error
    return _finish(import_id, "")


def _refuse_links(path: Path) -> None:
    """The path had no link in it when it was allowed; one that was put there since may lead anywhere."""
    if path.resolve() != path:
        raise NotMail("The path leads elsewhere since the import was asked for.")


def _sized(source: _Source) -> int:
    """The bytes that are to be read; those of a folder are counted when its import begins."""
    if source.size or not source.path.is_dir():
        return source.size
    size = folders.total_size(source.path)
    with transaction() as session:
        session.get_one(MailImport, source.import_id).size = size
    return size


def _batches(found: Iterable[Found]) -> Iterator[_Batch]:
    batch = _Batch()
    try:
        for each in found:
            if batch.is_full:
                yield batch
                batch = _Batch()
            if each.fate is Fate.MESSAGE:
                batch.raws.append(_received(each))
                batch.size += len(each.content)
            else:
                batch.others.append(each)
            batch.position, batch.done = each.position, each.done
    except Damaged:
        if batch.position:
            yield batch
        raise
    if batch.position:
        yield batch


def _received(found: Found) -> Received:
    if isinstance(found.content, bytes):
        return RawMessage(found.content, found.internal_date)
    return LargeMessage(found.content.path, found.content.size, found.content.sha256, found.internal_date)


def _keep(raws: Sequence[Received]) -> None:
    large = [Spooled(raw.path, raw.size, raw.sha256) for raw in raws if isinstance(raw, LargeMessage)]
    try:
        blob_store().put_many([raw.content for raw in raws if isinstance(raw, RawMessage)])
        for each in large:
            blob_store().adopt(each)
    except OSError:
        for each in large:
            each.discard()
        raise


def _archive(source: _Source, held: Held, batch: _Batch) -> dict[int, Received]:
    """Make a batch durable and known; gives what of it is new."""
    _keep(batch.raws)
    with transaction() as session:
        held.confirm()
        importing = session.get_one(MailImport, source.import_id)
        if importing.finished_at is not None:
            raise _Ended
        stored = store.add(session, source.space_id, batch.raws)
        importing.position, importing.offset = list(batch.position), batch.done
        new = sum(each.is_new for each in stored)
        importing.archived += new
        importing.duplicates += len(stored) - new
        _note(session, importing, batch.others)
    return {each.id: raw for each, raw in zip(stored, batch.raws, strict=True) if each.is_new and each.id is not None}


def _note(session: Session, importing: MailImport, others: Sequence[Found]) -> None:
    """Count and name what is no message that can be archived."""
    if not others:
        return
    passed_over = sum(each.fate is Fate.PASSED_OVER for each in others)
    importing.passed_over += passed_over
    importing.set_aside += len(others) - passed_over
    messages = [
        {
            "source": f"{importing.filename}: {_readable(each.name)}",
            "sha256": None,
            "size": each.size,
            "reason": each.reason,
        }
        for each in others
        if each.fate is Fate.SET_ASIDE
    ]
    if messages:
        store.set_aside(session, importing.space_id, None, messages)
    known = session.scalar(select(func.count()).where(ImportNote.import_id == importing.id)) or 0
    notes = [
        {"import_id": importing.id, "fate": each.fate, "name": _readable(each.name), "reason": each.reason}
        for each in others[: max(0, MOST_NOTES - known)]
    ]
    if notes:
        session.execute(insert(ImportNote), notes)


def _readable(name: str) -> str:
    """The name of an entry as people may see it: no controls, and no marks that turn the writing round."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name[:LONGEST_NAME])


def _finish(import_id: int, error: str) -> str:
    with transaction() as session:
        importing = session.get_one(MailImport, import_id)
        if importing.finished_at is None:
            is_empty = not (importing.archived or importing.duplicates or importing.set_aside)
            importing.error = error or (NOTHING_FOUND if is_empty else "")
            importing.finished_at = clock.now()
        result = _result(importing)
        upload = Path(importing.path) if importing.is_upload else None
        record(
            SYSTEM,
            EventTag.MAIL_IMPORTED,
            import_subject(import_id),
            filename=importing.filename,
            requested_by=importing.requested_by,
            result=result,
        )
    if upload is not None:
        upload.unlink(missing_ok=True)
    return result


def _result(importing: MailImport) -> str:
    counted = (importing.archived, importing.duplicates, importing.set_aside)
    return importing.error or "{:,} archived, {:,} already there, {:,} set aside.".format(*counted)
