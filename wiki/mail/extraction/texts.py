"""Rows of attachments' texts as messages come, change and go. Nothing here commits or reads a file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from wiki.db import chunks
from wiki.mail.extraction.models import AttachmentText
from wiki.mail.models import MessagePart
from wiki.search import outbox

KIND = "attachment"


def enter(session: Session, mail_ids: Sequence[int]) -> None:
    """Let the attachments of messages wait to be read, but for those whose text is known: they are findable at once."""
    hashes: dict[str, None] = {}
    for some in chunks(mail_ids):
        hashes.update(
            dict.fromkeys(
                session.scalars(
                    select(MessagePart.sha256)
                    .where(MessagePart.mail_id.in_(some), MessagePart.is_attachment, MessagePart.size > 0)
                    .distinct()
                )
            )
        )
    known: set[str] = set()
    for names in chunks(list(hashes)):
        known.update(session.scalars(select(AttachmentText.sha256).where(AttachmentText.sha256.in_(names))))
    rows = [{"sha256": sha256} for sha256 in hashes if sha256 not in known]
    if rows:
        session.execute(insert(AttachmentText), rows)
    if known:
        touch(session, mail_ids)


def touch(session: Session, mail_ids: Sequence[int]) -> None:
    """Note that the attachments of messages may be found elsewhere, again, or no more.

    A message that is parsed anew has new parts: this is called for the old ones before, and :func:`enter` after.
    """
    for some in chunks(mail_ids):
        parts = session.scalars(
            select(MessagePart.id)
            .join(AttachmentText, AttachmentText.sha256 == MessagePart.sha256)
            .where(MessagePart.mail_id.in_(some), MessagePart.is_attachment, AttachmentText.characters > 0)
        )
        outbox.touch(session, KIND, parts.all())


def hashes_of(session: Session, mail_ids: Sequence[int]) -> set[str]:
    """The hashes of the attachments of messages."""
    found: set[str] = set()
    for some in chunks(mail_ids):
        found.update(
            session.scalars(
                select(MessagePart.sha256).where(MessagePart.mail_id.in_(some), MessagePart.is_attachment).distinct()
            )
        )
    return found


def forget_unused(session: Session, hashes: set[str]) -> None:
    """Remove the texts that no message has any more: what is destroyed leaves no copy of its words."""
    used = exists().where(MessagePart.sha256 == AttachmentText.sha256, MessagePart.is_attachment)
    for some in chunks(sorted(hashes)):
        session.execute(
            delete(AttachmentText)
            .where(AttachmentText.sha256.in_(some), ~used)
            .execution_options(synchronize_session=False)
        )
