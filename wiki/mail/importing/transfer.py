"""Bringing a mailbox file in: streamed, in batches, each batch durable before the next is read.

A killed import goes on at the offset that was committed with its last batch; what was read twice is recognised by
its hash. Every message goes through the same recipe as fetched mail (:mod:`wiki.mail.ingest`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.errors import Conflict, Invalid
from wiki.jobs.lease import Held, LeaseTaken, lease
from wiki.jobs.progress import Progress
from wiki.mail import ingest, store
from wiki.mail.formats import mbox
from wiki.mail.message import RawMessage
from wiki.mail.models import MailImport
from wiki.permissions.actor import SYSTEM

BATCH_MESSAGES = 200
BATCH_BYTES = 8 * 1024 * 1024


@dataclass
class _Batch:
    """Messages that wait to be archived, and the offset in the file behind the last of them."""

    raws: list[RawMessage]
    end: int
    size: int = 0


def begin(session: Session, space_id: int, path: Path, requested_by: str) -> int:
    """Note a server-side file that is to be imported; gives the import's id. Raises Invalid."""
    if not path.is_file():
        raise Invalid({"path": f"There is no file {path.name}."})
    added = MailImport(
        space_id=space_id,
        filename=path.name,
        path=str(path.resolve()),
        is_upload=False,
        size=path.stat().st_size,
        requested_by=requested_by,
        created_at=clock.now(),
    )
    session.add(added)
    session.flush()
    return added.id


def run(import_id: int, progress: Progress) -> str:
    """Import, or go on with, a mailbox file; gives the result in words. Raises Invalid for what is no mailbox."""
    try:
        with lease(f"mail-import:{import_id}") as held:
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
        path, space_id, offset, size = Path(importing.path), importing.space_id, importing.offset, importing.size
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            for batch in _batches(mbox.read(stream)):
                _archive(import_id, space_id, held, batch)
                progress.tell(batch.end, size)
    except mbox.NotAMailbox as error:
        return _finish(import_id, str(error))
    except OSError as error:
        raise Conflict(f"{path.name} could not be read or stored: {error.strerror}.") from error
    return _finish(import_id, "")


def _batches(entries: Iterable[mbox.MboxEntry]) -> Iterable[_Batch]:
    batch = _Batch([], 0)
    for entry in entries:
        if len(batch.raws) >= BATCH_MESSAGES or batch.size >= BATCH_BYTES:
            yield batch
            batch = _Batch([], 0)
        batch.raws.append(RawMessage(entry.content, entry.envelope_date))
        batch.size += len(entry.content)
        batch.end = entry.end  # where a killed import goes on
    if batch.raws:
        yield batch


def _archive(import_id: int, space_id: int, held: Held, batch: _Batch) -> None:
    blob_store().put_many([raw.content for raw in batch.raws])
    with transaction() as session:
        held.confirm()
        stored = store.add(session, space_id, batch.raws)
        importing = session.get_one(MailImport, import_id)
        importing.offset = batch.end
        new = sum(each.is_new for each in stored)
        importing.archived += new
        importing.duplicates += len(stored) - new
    ingest.digest(
        space_id,
        {each.id: raw for each, raw in zip(stored, batch.raws, strict=True) if each.is_new and each.id is not None},
    )


def _finish(import_id: int, error: str) -> str:
    with transaction() as session:
        importing = session.get_one(MailImport, import_id)
        importing.error = error
        importing.finished_at = clock.now()
        result = _result(importing)
        upload = Path(importing.path) if importing.is_upload else None
        record(
            SYSTEM,
            EventTag.MAIL_IMPORTED,
            f"mail-import:{import_id}",
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
