"""Asking for the import of mail: from a file that was uploaded, or one that lies in a folder allowed for it.

The work itself is :mod:`wiki.mail.importing.transfer`'s, in the worker. Nothing here commits or reads a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Conflict, Invalid
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.mail.importing import transfer
from wiki.mail.models import MailImport
from wiki.mail.names import clean_name
from wiki.mail.service import refuse_personal
from wiki.mail.subjects import IMPORT_JOB, import_subject
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space

NOT_THERE = "No mail of that path can be imported. It must be a file or folder inside one of the folders named above."
ORPHANED_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class MailboxFile:
    """A file or folder that is there: where, its name for people, and whether it is ours to remove afterwards."""

    path: Path
    filename: str
    is_upload: bool


def request_import(actor: Actor, space: Space, mailbox: MailboxFile) -> MailImport:
    """Ask the worker to import a file or folder. Raises NotAllowed for a personal space, Invalid for an empty file."""
    refuse_personal(space)
    if mailbox.path.is_file() and not mailbox.path.stat().st_size:
        raise Invalid({"file" if mailbox.is_upload else "path": "This file is empty."})
    name = clean_name(mailbox.filename) or "mailbox"
    import_id = transfer.begin(
        db.session(), space.id, mailbox.path, actor.name, filename=name, is_upload=mailbox.is_upload
    )
    entry = db.session.get_one(MailImport, import_id)
    _request(actor, entry)
    return entry


def resume(actor: Actor, entry: MailImport) -> None:
    """Let an import go on that was stopped, by a full disk or a cut. Raises Conflict for one that has ended."""
    if entry.finished_at is not None:
        raise Conflict("This import has ended. Import the file again: what is archived already is not doubled.")
    _request(actor, entry)


def cancel(actor: Actor, entry: MailImport) -> None:
    """End an import; one that runs notices it with its next batch. Raises Conflict for one that has ended."""
    if entry.finished_at is not None:
        raise Conflict("This import has ended already.")
    entry.finished_at = clock.now()
    entry.error = f"Cancelled by {actor.name}. What was archived before stays."
    record(actor, EventTag.MAIL_IMPORT_CANCELLED, import_subject(entry.id), filename=entry.filename)


def file_on_server(typed: str, folders: Iterable[Path]) -> MailboxFile:
    """What a person named. Raises Invalid, with the same sentence for what is absent and what is elsewhere.

    Every link is followed before looking where it is, so that none leads out of the allowed folders.
    """
    try:
        path = Path(typed).resolve(strict=True)
        is_allowed = (path.is_file() or path.is_dir()) and any(folder in path.parents for folder in folders)
    except (OSError, ValueError, RuntimeError):  # ValueError: a NUL in the path; RuntimeError: links in a circle
        is_allowed, path = False, Path()
    if not is_allowed:
        raise Invalid({"path": NOT_THERE})
    return MailboxFile(path, path.name, is_upload=False)


def orphaned_uploads(folder: Path) -> list[Path]:
    """Uploads that no import will read any more: their request broke off, or it was cancelled while nothing ran."""
    wanted = set(
        db.session.scalars(select(MailImport.path).where(MailImport.is_upload, MailImport.finished_at.is_(None)))
    )
    before = clock.now() - ORPHANED_AFTER
    return [
        path
        for path in sorted(folder.iterdir())
        if str(path) not in wanted and datetime.fromtimestamp(path.lstat().st_mtime, UTC) < before
    ]


def _request(actor: Actor, entry: MailImport) -> None:
    record(
        actor,
        EventTag.MAIL_IMPORT_REQUESTED,
        import_subject(entry.id),
        space_id=entry.space_id,
        filename=entry.filename,
    )
    jobs.request(IMPORT_JOB, import_subject(entry.id), actor.name, import_id=entry.id)
