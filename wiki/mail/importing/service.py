"""Asking for the import of a mailbox file: one that was uploaded, or one that lies in a folder allowed for it.

The work itself is :mod:`wiki.mail.importing.transfer`'s, in the worker. Nothing here commits or reads a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wiki import clock
from wiki.errors import Invalid
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.mail.models import MailImport
from wiki.mail.names import clean_name
from wiki.mail.service import refuse_personal
from wiki.mail.subjects import IMPORT_JOB, import_subject
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space

NOT_THERE = "No mailbox file of that path can be imported. It must be a file inside one of the folders named above."


@dataclass(frozen=True)
class MailboxFile:
    """A file that is there: where, under what name people know it, and whether it is ours to remove afterwards."""

    path: Path
    filename: str
    is_upload: bool


def request_import(actor: Actor, space: Space, mailbox: MailboxFile) -> MailImport:
    """Ask the worker to import a file. Raises NotAllowed for a personal space, Invalid for an empty file."""
    refuse_personal(space)
    size = mailbox.path.stat().st_size
    if not size:
        raise Invalid({"file" if mailbox.is_upload else "path": "This file is empty."})
    entry = MailImport(
        space_id=space.id,
        filename=clean_name(mailbox.filename) or "mailbox",
        path=str(mailbox.path),
        is_upload=mailbox.is_upload,
        size=size,
        requested_by=actor.name,
        created_at=clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    jobs.request(IMPORT_JOB, import_subject(entry.id), actor.name, import_id=entry.id)
    return entry


def file_on_server(typed: str, folders: Iterable[Path]) -> MailboxFile:
    """The file that a person named. Raises Invalid, with the same sentence for what is absent and what is elsewhere.

    Every link is followed before looking where it is, so that none leads out of the allowed folders.
    """
    try:
        path = Path(typed).resolve(strict=True)
        is_allowed = path.is_file() and any(path.is_relative_to(folder) for folder in folders)
    except (OSError, ValueError, RuntimeError):  # ValueError: a NUL in the path; RuntimeError: links in a circle
        is_allowed, path = False, Path()
    if not is_allowed:
        raise Invalid({"path": NOT_THERE})
    return MailboxFile(path, path.name, is_upload=False)
