"""Pages and their revisions; the newest revision is the page's content, and none is ever changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class Page(Model):
    """A page in its space's tree.

    ``live_title`` is the folded title while the page lives and NULL in the trash: titles are unique among the
    living pages of a space. ``revision`` is the number of the newest revision, and the version that an editor
    must have seen to save. ``position`` orders siblings. ``home_of_id`` is the space whose home page this is, or
    would be if it were not in the trash. A living page's parent always lives: the children of a page that goes to
    the trash move up, and it remembers them in ``former_children`` for its return.
    """

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("space_id", "live_title"),
        Index(None, "space_id", "parent_id", "position"),
        Index(None, "space_id", "updated_at"),
        Index(None, "space_id", "deleted_at"),
        Index(None, "updated_at"),
        Index(None, "parent_id"),  # for the foreign key: without it each purge looks at all pages
    )

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    position: Mapped[int] = mapped_column(default=0)
    home_of_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"), unique=True)
    title: Mapped[str] = mapped_column(String(255))
    live_title: Mapped[str | None] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    former_children: Mapped[list[int]] = mapped_column(JSON, default=list)

    @property
    def is_home(self) -> bool:
        """Whether it is its space's home page."""
        return self.home_of_id is not None and self.deleted_at is None


class PageRevision(Model):
    """What a page said at one time, and who wrote it."""

    __tablename__ = "page_revisions"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    id: Mapped[int] = id_column()
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(String(255), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
