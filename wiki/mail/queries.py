"""Reading single messages and threads. Whatever takes an actor gives only what that actor may see.

A message in the trash is not there: in its thread it shows as any other missing parent does. Nothing here recurses:
a thread of 10,000 messages, one below the other, is ordinary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select

from wiki.errors import NotFound
from wiki.extensions import db
from wiki.mail import forest
from wiki.mail.archive_queries import visible
from wiki.mail.models import Message, MessageAddress, MessagePart, ThreadNode
from wiki.mail.quoting.stored import Stored
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space

# A thread shows so many messages with their text; of the others only who, when and the first words.
MOST_BODIES = 200
# Lines of the outline on a message's own page, around that message.
OUTLINE_LINES = 24


@dataclass(frozen=True)
class MessageView:
    """A message with what its headers and parts say. ``attachments`` are the parts that a reader would call so.

    ``containers`` maps the number of each part that was packed in another to the number of that one.
    """

    message: Message
    addresses: Mapping[str, Sequence[MessageAddress]]
    attachments: Sequence[MessagePart]
    containers: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ThreadMessage:
    """A message as its thread shows it; ``text`` is None where only the first words are shown."""

    id: int
    subject: str
    sender_name: str
    sender_address: str
    date: datetime
    snippet: str
    has_html: bool
    attachment_count: int
    text: str | None = None
    text_ranges: Stored = ()
    attachments: tuple[MessagePart, ...] = ()


@dataclass(frozen=True)
class ThreadLine:
    """A line of a thread, depth first: a message, or None for one that is not in the archive."""

    depth: int
    message: ThreadMessage | None


@dataclass(frozen=True)
class ThreadView:
    """A thread from its root to its last leaf."""

    id: int
    subject: str
    lines: tuple[ThreadLine, ...]
    count: int = field(default=0)


@dataclass(frozen=True)
class Outline:
    """A window of a thread's lines around one message; ``hidden`` counts the messages outside it."""

    lines: tuple[ThreadLine, ...]
    count: int
    hidden: int


def message(actor: Actor, space: Space, message_id: int) -> Message:
    """A message of a space that the actor sees. Raises NotFound."""
    found = db.session.scalar(select(Message).where(Message.id == message_id, *visible(actor, space)))
    if found is None:
        raise NotFound
    return found


def message_view(found: Message) -> MessageView:
    """What belongs to a message that :func:`message` gave, in three queries at most."""
    addresses: dict[str, list[MessageAddress]] = {}
    for each in db.session.scalars(
        select(MessageAddress)
        .where(MessageAddress.mail_id == found.id)
        .order_by(MessageAddress.role, MessageAddress.position)
    ):
        addresses.setdefault(each.role, []).append(each)
    attachments = _attachments([found.id]) if found.attachment_count else {}
    return MessageView(found, addresses, attachments.get(found.id, ()), _containers(found))


def _containers(found: Message) -> dict[int, int]:
    if not found.features.get("enclosed"):
        return {}
    rows = db.session.execute(
        select(MessagePart.number, MessagePart.container).where(
            MessagePart.mail_id == found.id, MessagePart.container.is_not(None)
        )
    )
    return {row.number: row.container for row in rows}


def part(found: Message, number: int) -> MessagePart:
    """A part of a message that :func:`message` gave. Raises NotFound."""
    wanted = db.session.scalar(select(MessagePart).where(MessagePart.mail_id == found.id, MessagePart.number == number))
    if wanted is None:
        raise NotFound
    return wanted


def thread_view(actor: Actor, space: Space, thread_id: int) -> ThreadView:
    """A whole thread of a space that the actor sees. Raises NotFound when none of its messages is there."""
    lines = _thread_lines(actor, space, thread_id)
    shown = [line.message for line in lines if line.message is not None]
    if not shown:
        raise NotFound
    first = min(shown, key=lambda each: (each.date, each.id))
    bodies = _with_bodies(shown[:MOST_BODIES])
    full = tuple(
        replace(line, message=bodies.get(line.message.id, line.message)) if line.message else line for line in lines
    )
    return ThreadView(thread_id, first.subject, full, len(shown))


def outline(actor: Actor, space: Space, of: Message) -> Outline | None:
    """The place of a message in its thread; None when it stands alone."""
    if of.thread_id is None:
        return None
    lines = _thread_lines(actor, space, of.thread_id)
    count = sum(line.message is not None for line in lines)
    if count < 2:
        return None
    here = next((i for i, line in enumerate(lines) if line.message and line.message.id == of.id), 0)
    begin = max(0, min(here - OUTLINE_LINES // 2, len(lines) - OUTLINE_LINES))
    window = tuple(lines[begin : begin + OUTLINE_LINES])
    return Outline(window, count, count - sum(line.message is not None for line in window))


def trees(space_id: int) -> list[forest.Tree]:
    """All threads of a space as ``[Message-ID or None, [child trees]]``, for the command line: no actor is asked.

    Messages without a place in a thread yet, or that could not be parsed, stand alone.
    """
    living = [Message.space_id == space_id, Message.deleted_at.is_(None)]
    nodes = db.session.execute(
        select(ThreadNode.id, ThreadNode.message_id, ThreadNode.parent_id).where(ThreadNode.space_id == space_id)
    )
    rows = db.session.execute(select(Message.id, Message.sha256, Message.node_id, Message.date).where(*living)).all()
    names, links = _names_and_links(nodes)
    present: dict[str, tuple[datetime, int]] = {}
    for row in rows:
        name = names.get(row.node_id) or f"{row.sha256}@postroom.invalid"
        links.setdefault(name, None)
        present[name] = min(present.get(name, (row.date, row.id)), (row.date, row.id))
    return forest.trees(links, present.keys(), present.__getitem__)


def _thread_lines(actor: Actor, space: Space, thread_id: int) -> list[ThreadLine]:
    """The lines of a thread without texts, in two queries. Messages that share a Message-ID stand one after another."""
    nodes = db.session.execute(
        select(ThreadNode.id, ThreadNode.message_id, ThreadNode.parent_id).where(
            ThreadNode.thread_id == thread_id, ThreadNode.space_id == space.id
        )
    )
    names, links = _names_and_links(nodes)
    twins: dict[str, list[ThreadMessage]] = {}
    for node_id, each in _thread_messages(Message.thread_id == thread_id, *visible(actor, space)):
        if node_id in names:
            twins.setdefault(names[node_id], []).append(each)
    found = forest.trees(links, twins.keys(), lambda name: (twins[name][0].date, twins[name][0].id))
    return _flatten(found, twins)


def _flatten(found: Sequence[forest.Tree], twins: Mapping[str, Sequence[ThreadMessage]]) -> list[ThreadLine]:
    lines: list[ThreadLine] = []
    waiting = [(tree, 0) for tree in reversed(found)]
    while waiting:
        (name, branches), depth = waiting.pop()
        if name is None:
            lines.append(ThreadLine(depth, None))
        else:
            lines.extend(ThreadLine(depth, each) for each in twins[name])
        waiting.extend((branch, depth + 1) for branch in reversed(branches))
    return lines


def _names_and_links(nodes: Iterable[tuple[int, str, int | None]]) -> tuple[dict[int, str], dict[str, str | None]]:
    """From ``(id, Message-ID, parent's id)`` of nodes: their names by id, and the parent's name of each."""
    known = list(nodes)
    names = {node_id: name for node_id, name, _ in known}
    return names, {name: None if parent is None else names.get(parent) for _, name, parent in known}


def _thread_messages(*conditions: ColumnElement[bool]) -> Iterator[tuple[int | None, ThreadMessage]]:
    """Messages without their texts, oldest first, each with the id of its node."""
    rows = db.session.execute(
        select(
            Message.id,
            Message.node_id,
            Message.subject,
            Message.from_name,
            Message.from_address,
            Message.date,
            Message.snippet,
            Message.has_html,
            Message.attachment_count,
        )
        .where(*conditions)
        .order_by(Message.date, Message.id)
    )
    for row in rows:
        yield (
            row.node_id,
            ThreadMessage(
                id=row.id,
                subject=row.subject,
                sender_name=row.from_name,
                sender_address=row.from_address,
                date=row.date,
                snippet=row.snippet,
                has_html=row.has_html,
                attachment_count=row.attachment_count,
            ),
        )


def _with_bodies(shown: Sequence[ThreadMessage]) -> dict[int, ThreadMessage]:
    ids = [each.id for each in shown]
    rows = db.session.execute(select(Message.id, Message.text, Message.text_ranges).where(Message.id.in_(ids)))
    texts = {row.id: (row.text, row.text_ranges) for row in rows}
    attachments = _attachments([each.id for each in shown if each.attachment_count])
    found = {}
    for each in shown:
        text, kept = texts.get(each.id, ("", []))
        found[each.id] = replace(each, text=text, text_ranges=kept, attachments=tuple(attachments.get(each.id, ())))
    return found


def _attachments(mail_ids: Sequence[int]) -> dict[int, list[MessagePart]]:
    found: dict[int, list[MessagePart]] = {}
    if not mail_ids:
        return found
    for each in db.session.scalars(
        select(MessagePart)
        .where(MessagePart.mail_id.in_(mail_ids), MessagePart.is_attachment)
        .order_by(MessagePart.mail_id, MessagePart.number)
    ):
        found.setdefault(each.mail_id, []).append(each)
    return found
