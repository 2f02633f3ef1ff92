"""Reading the imports of a space, for the screens of its administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from wiki.errors import NotFound
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.jobs.models import JobRequest
from wiki.mail.importing.models import ImportNote
from wiki.mail.models import MailImport
from wiki.mail.subjects import IMPORT_JOB, import_subject
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space

MOST_IMPORTS = 50
MOST_NOTES = 20


@dataclass(frozen=True)
class ImportRow:
    """An import as the list shows it; ``notes`` are the first of what it could not take."""

    entry: MailImport
    request: JobRequest | None
    notes: Sequence[ImportNote] = ()

    @property
    def is_running(self) -> bool:
        """Whether it waits or runs."""
        return self.entry.finished_at is None and (self.request is None or not self.request.is_finished)

    @property
    def is_stopped(self) -> bool:
        """Whether it did not come to its end and can go on."""
        return self.entry.finished_at is None and self.request is not None and self.request.is_finished

    @property
    def trouble(self) -> str:
        """Why it ended without an end, in a sentence; '' while all is well."""
        if self.entry.error:
            return self.entry.error
        return self.request.result if self.request is not None and self.is_stopped else ""


def imports(actor: Actor, space: Space) -> list[ImportRow]:
    """The newest imports into a space that the actor administers, in three queries."""
    found = db.session.scalars(
        select(MailImport).where(*_administered(actor, space)).order_by(MailImport.id.desc()).limit(MOST_IMPORTS)
    ).all()
    subjects = {entry.id: import_subject(entry.id) for entry in found}
    requests = jobs.latest_of_each(IMPORT_JOB, subjects.values())
    notes = _notes([entry.id for entry in found if entry.set_aside or entry.passed_over])
    return [ImportRow(entry, requests.get(subjects[entry.id]), notes.get(entry.id, ())) for entry in found]


def one_import(actor: Actor, space: Space, import_id: int) -> MailImport:
    """An import into a space that the actor administers. Raises NotFound."""
    found = db.session.scalar(select(MailImport).where(MailImport.id == import_id, *_administered(actor, space)))
    if found is None:
        raise NotFound
    return found


def _notes(import_ids: Sequence[int]) -> dict[int, list[ImportNote]]:
    """The first notes of each import, those of what was refused or set aside before those of what was passed over."""
    found: dict[int, list[ImportNote]] = {}
    if not import_ids:
        return found
    worse_first = ImportNote.fate == "passed over"
    query = select(ImportNote).where(ImportNote.import_id.in_(import_ids)).order_by(worse_first, ImportNote.id)
    for each in db.session.scalars(query):
        notes = found.setdefault(each.import_id, [])
        if len(notes) < MOST_NOTES:
            notes.append(each)
    return found


def _administered(actor: Actor, space: Space) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return MailImport.space_id == space.id, MailImport.space_id.in_(space_ids(actor, Permission.SPACE_ADMIN))
