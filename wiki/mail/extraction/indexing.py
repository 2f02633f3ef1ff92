"""Attachments as search sees them: a document for each one that has text, as visible as the message it came with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Row, select

from wiki.extensions import db
from wiki.mail.extraction import texts
from wiki.mail.extraction.limits import searchable_characters
from wiki.mail.extraction.models import AttachmentPage, AttachmentText
from wiki.mail.indexing import people_on
from wiki.mail.models import Message, MessagePart
from wiki.mail.names import download_name
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.search.document import SearchDocument
from wiki.search.registry import Kind, Page, Presented
from wiki.spaces.models import Space

DOCUMENT_VERSION = 1
# An extractor has few versions.
EXTRACTOR_VERSIONS = 10_000


def _documents(ids: Sequence[int]) -> list[SearchDocument]:
    rows = db.session.execute(
        select(MessagePart, AttachmentText.id, AttachmentText.version, Message.space_id, Message.date)
        .join(Message, Message.id == MessagePart.mail_id)
        .join(AttachmentText, AttachmentText.sha256 == MessagePart.sha256)
        .where(MessagePart.id.in_(ids), *_is_findable())
    ).all()
    pages = _pages({row.id for row in rows})
    people = people_on([row.MessagePart.mail_id for row in rows])
    return [
        SearchDocument(
            kind=texts.KIND,
            id=row.MessagePart.id,
            version=DOCUMENT_VERSION * EXTRACTOR_VERSIONS + row.version,
            space_id=row.space_id,
            title=_name(row.MessagePart),
            body="\n".join(page.text for page in pages[row.id]),
            date=row.date,
            people=tuple(people.get(row.MessagePart.mail_id, ())),
        )
        for row in rows
    ]


def _present(actor: Actor, ids: Sequence[int]) -> Mapping[int, Presented]:
    rows = db.session.execute(
        select(MessagePart, Message, AttachmentText.id.label("text_id"), Space.key, Space.name)
        .join(Message, Message.id == MessagePart.mail_id)
        .join(Space, Space.id == Message.space_id)
        .join(AttachmentText, AttachmentText.sha256 == MessagePart.sha256)
        .where(MessagePart.id.in_(ids), Message.space_id.in_(space_ids(actor, Permission.SPACE_VIEW)), *_is_findable())
    ).all()
    pages = _pages({row.text_id for row in rows})
    return {row.MessagePart.id: _presented(row, pages[row.text_id]) for row in rows}


def _presented(row: Row[MessagePart, Message, int, str, str], pages: list[Page]) -> Presented:
    part, message, _, key, space_name = row
    return Presented(
        title=_name(part),
        text="",
        pages=tuple(pages),
        endpoint="mail.message",
        values={"key": key, "message_id": message.id, "_anchor": f"attachment-{message.id}-{part.number}"},
        date=message.date,
        author=message.from_name or message.from_address,
        space_name=space_name,
        details=(f"attached to “{message.subject or '(no subject)'}”",),
    )


def _ids_after(last: int, limit: int) -> list[int]:
    living = (
        select(MessagePart.id)
        .join(Message, Message.id == MessagePart.mail_id)
        .join(AttachmentText, AttachmentText.sha256 == MessagePart.sha256)
        .where(MessagePart.id > last, *_is_findable())
    )
    return list(db.session.scalars(living.order_by(MessagePart.id).limit(limit)))


def _is_findable() -> tuple[ColumnElement[bool], ...]:
    return MessagePart.is_attachment.is_(True), AttachmentText.characters > 0, Message.deleted_at.is_(None)


def _pages(text_ids: Iterable[int]) -> dict[int, list[Page]]:
    """The pages of each text, up to what is searchable of it."""
    most = searchable_characters()
    found: dict[int, list[Page]] = {text_id: [] for text_id in text_ids}
    rows = db.session.execute(
        select(AttachmentPage.text_id, AttachmentPage.label, AttachmentPage.text, AttachmentPage.start)
        .where(AttachmentPage.text_id.in_(found), AttachmentPage.start < most)
        .order_by(AttachmentPage.text_id, AttachmentPage.start)
    )
    for text_id, label, text, start in rows:
        found[text_id].append(Page(label, text[: most - start]))
    return found


def _name(part: MessagePart) -> str:
    return download_name(part.filename, part.content_type, part.number)


KIND = Kind(
    name=texts.KIND,
    label="Attachments",
    icon="paperclip",
    documents=_documents,
    present=_present,
    ids_after=_ids_after,
    feature="mail",
)
