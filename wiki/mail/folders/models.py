"""The folders of an account as its server listed them when somebody last asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model
from wiki.mail.transport.protocol import Folder


class ServerFolder(Model):
    """One line of a LIST, in the server's order (the id). ``is_label``: it is one of Gmail's labels.

    ``message_count`` is None where it was not asked for: counting takes time, and somebody waits.
    """

    __tablename__ = "mail_server_folders"
    __table_args__ = (Index(None, "account_id", "id"),)

    id: Mapped[int] = id_column()
    account_id: Mapped[int] = mapped_column(ForeignKey("mail_accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(500))
    delimiter: Mapped[str] = mapped_column(String(5), default="")
    role: Mapped[str] = mapped_column(String(30), default="")
    is_selectable: Mapped[bool]
    is_label: Mapped[bool]
    message_count: Mapped[int | None]
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def folder(self) -> Folder:
        """What the server said of it."""
        return Folder(self.name, self.delimiter or None, self.is_selectable, self.role)
