"""The text of attachments: once for the same bytes, however many messages carry them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class TextState(StrEnum):
    """Whether an attachment has been read."""

    WAITING = "waiting"
    READ = "read"
    GIVEN_UP = "given-up"


class AttachmentText(Model):
    """What is known of the text in an attachment, by the hash of its decoded bytes.

    ``note``: why there is no text, or not all of it. ``version``: of the extractor that read it. ``characters`` counts
    those of its pages, which stay while it waits to be read anew.
    """

    __tablename__ = "attachment_texts"
    __table_args__ = (Index(None, "state", "attempts", "id"), Index(None, "version"))

    id: Mapped[int] = id_column()
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[TextState] = mapped_column(String(20), default=TextState.WAITING)
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    characters: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AttachmentPage(Model):
    """A page, slide or sheet of an attachment; ``start`` counts the characters of the pages before it."""

    __tablename__ = "attachment_pages"
    __table_args__ = (Index(None, "text_id", "start"),)

    id: Mapped[int] = id_column()
    text_id: Mapped[int] = mapped_column(ForeignKey("attachment_texts.id", ondelete="CASCADE"))
    start: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
