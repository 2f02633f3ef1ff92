"""What the page of a message says about the text in its attachments."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from wiki.extensions import db
from wiki.mail.extraction.limits import searchable_characters
from wiki.mail.extraction.models import AttachmentText, TextState
from wiki.mail.models import MessagePart


def sentences(attachments: Sequence[MessagePart]) -> dict[int, str]:
    """For each part that the caller may see, by its number: whether its text is searchable, or why not."""
    hashes = {part.sha256 for part in attachments}
    if not hashes:
        return {}
    found = {
        row.sha256: row for row in db.session.scalars(select(AttachmentText).where(AttachmentText.sha256.in_(hashes)))
    }
    return {part.number: _sentence(found.get(part.sha256)) for part in attachments}


def _sentence(text: AttachmentText | None) -> str:
    most = searchable_characters()
    if text is None or (text.state == TextState.WAITING and not text.characters):
        return "Its text is not searchable yet."
    if text.characters > most:
        return f"The first {most:,} characters of its text are searchable."
    if text.characters:
        return f"Its text is searchable. {text.note}".strip()
    return text.note
