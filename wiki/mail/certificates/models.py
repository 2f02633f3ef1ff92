"""A certificate: what one folder of a server held at one moment against our ledger, frozen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class Certificate(Model):
    """The comparison of one folder at one UIDVALIDITY epoch; POP3's maildrop is ``INBOX``. Never changed.

    ``on_server`` is the sum of the seven counts after it. ``gone_here`` and ``gone_elsewhere`` are messages that the
    ledger has and the server no longer has. It is clean when nothing is unexplained. ``hashes_read`` stored copies
    were read whole and hashed; that each of them is there at all was asked for every one.
    ``differences`` are the ones worth a line, as ``{kind, where, text, message}``, capped; ``digest`` is a SHA-256
    over the whole comparison, message by message.
    """

    __tablename__ = "mail_certificates"
    __table_args__ = (Index(None, "account_id", "folder", "id"), Index(None, "folder_id", "is_clean"))

    id: Mapped[int] = id_column()
    account_id: Mapped[int] = mapped_column(ForeignKey("mail_accounts.id", ondelete="CASCADE"))
    folder_id: Mapped[int] = mapped_column(ForeignKey("mail_folders.id", ondelete="CASCADE"))
    folder: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_by_fetch: Mapped[bool] = mapped_column(default=False, server_default=false())
    on_server: Mapped[int]
    archived: Mapped[int]
    duplicates: Mapped[int]
    set_aside: Mapped[int]
    held: Mapped[int]
    purged: Mapped[int]
    arrived: Mapped[int]
    unexplained: Mapped[int]
    gone_here: Mapped[int]
    gone_elsewhere: Mapped[int]
    hashes_read: Mapped[int]
    is_clean: Mapped[bool]
    differences: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)
    digest: Mapped[str] = mapped_column(String(64))
