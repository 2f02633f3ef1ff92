"""Mail as search sees it: a document for each living message, and the recheck of what a page of results shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from wiki.extensions import db
from wiki.mail.models import Message, MessageAddress, MessagePart
from wiki.mail.quoting.stored import Split, split, stored_ranges
from wiki.mail.trashing import KIND as NAME
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.search.document import SearchDocument
from wiki.search.registry import Kind, Presented
from wiki.spaces.models import Space

# How documents are made, for the version of each: raise it when that changes, and `flask search verify` finds the old.
DOCUMENT_VERSION = 3
# A parser has few versions; shown-raw messages have -1.
PARSER_VERSIONS = 10_000


def _documents(ids: Sequence[int]) -> list[SearchDocument]:
    found = db.session.scalars(select(Message).where(Message.id.in_(ids), Message.deleted_at.is_(None))).all()
    people = people_on(ids)
    filenames = _filenames(ids)
    return [_document(message, people.get(message.id, ()), filenames.get(message.id, ())) for message in found]


def _document(message: Message, people: Sequence[str], filenames: Sequence[str]) -> SearchDocument:
    text = _split(message)
    return SearchDocument(
        kind=NAME,
        id=message.id,
        version=DOCUMENT_VERSION * PARSER_VERSIONS + message.parsed_version + 1,
        space_id=message.space_id,
        title=message.subject,
        body="\n".join([text.new, *filenames]),
        quoted=text.rest,
        date=message.date,
        people=tuple(people),
    )


def _present(actor: Actor, ids: Sequence[int]) -> Mapping[int, Presented]:
    rows = db.session.execute(
        select(Message, Space.key, Space.name)
        .join(Space, Space.id == Message.space_id)
        .where(
            Message.id.in_(ids),
            Message.deleted_at.is_(None),
            Message.space_id.in_(space_ids(actor, Permission.SPACE_VIEW)),
        )
    )
    return {
        message.id: Presented(
            title=message.subject or "(no subject)",
            # New text first: of equally good excerpts the first is shown.
            text="\n".join(_split(message)),
            endpoint="mail.message",
            values={"key": key, "message_id": message.id},
            date=message.date,
            author=message.from_name or message.from_address,
            space_name=name,
            details=(f"{message.attachment_count} attached",) if message.attachment_count else (),
        )
        for message, key, name in rows
    }


def _split(message: Message) -> Split:
    return split(message.text, stored_ranges(message.text_ranges, message.text))


def _ids_after(last: int, limit: int) -> list[int]:
    living = select(Message.id).where(Message.id > last, Message.deleted_at.is_(None))
    return list(db.session.scalars(living.order_by(Message.id).limit(limit)))


def people_on(ids: Sequence[int]) -> dict[int, list[str]]:
    """Everybody on each message as ``Name <address>``, the sender first ('' where there is none), each once."""
    found: dict[int, list[str]] = {mail_id: [""] for mail_id in ids}
    rows = db.session.execute(
        select(MessageAddress.mail_id, MessageAddress.role, MessageAddress.name, MessageAddress.address)
        .where(MessageAddress.mail_id.in_(ids))
        .order_by(MessageAddress.mail_id, MessageAddress.id)
    )
    for mail_id, role, name, address in rows:
        person = f"{name} <{address}>".strip()
        people = found[mail_id]
        if role == "from" and not people[0]:
            people[0] = person
        elif person not in people:
            people.append(person)
    return found


def _filenames(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        select(MessagePart.mail_id, MessagePart.filename)
        .where(MessagePart.mail_id.in_(ids), MessagePart.filename != "")
        .order_by(MessagePart.mail_id, MessagePart.number)
    )
    for mail_id, filename in rows:
        found.setdefault(mail_id, []).append(filename)
    return found


KIND = Kind(
    name=NAME,
    label="Mail",
    icon="mail",
    documents=_documents,
    present=_present,
    ids_after=_ids_after,
    feature="mail",
    export="mail.export_found",
)
