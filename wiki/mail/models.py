"""Mail accounts, what they have fetched (the ledger), and the archive's messages and threads.

The raw bytes are in the blob store under ``Message.sha256``; every column of the message that is not marked
as *kept* is derived from them and can be made again by ``flask mail reparse``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class AfterArchiving(StrEnum):
    """What becomes of a message on the server once it is archived and verified."""

    LEAVE = "leave"
    MOVE = "move"
    DELETE = "delete"


class MailAccount(Model):
    """A mailbox on a mail server that a space archives. The password is sealed and never shown.

    ``sign_in`` is the OAuth provider that gives the access tokens, or '' for a password.

    ``generation`` grows when the account comes to lead to another mailbox: a fetch of the one before stops writing.
    ``folders`` are those to read; with ``reads_all_folders`` they are what is read besides, and ``left_out`` is what
    is not. ``deletion_paused`` is why the last fetch removed nothing though it should have, in a sentence, or ''.
    """

    __tablename__ = "mail_accounts"
    __table_args__ = (Index(None, "space_id"), Index(None, "is_enabled", "next_fetch_at"))

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, default="")
    protocol: Mapped[str] = mapped_column(String(10))
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int]
    username: Mapped[str] = mapped_column(String(255))
    sign_in: Mapped[str] = mapped_column(String(40), default="", server_default="")
    password_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    folders: Mapped[list[str]] = mapped_column(JSON, default=list)
    reads_all_folders: Mapped[bool] = mapped_column(default=False, server_default=false())
    left_out: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    allows_inexact_sizes: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_clone: Mapped[bool] = mapped_column(default=False)
    after_archiving: Mapped[AfterArchiving] = mapped_column(String(10), default=AfterArchiving.LEAVE)
    move_to: Mapped[str] = mapped_column(String(255), default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    fetch_minutes: Mapped[int]
    next_fetch_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_fetch_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_fetch_ok: Mapped[bool | None]
    last_result: Mapped[str] = mapped_column(Text, default="")
    deletion_paused: Mapped[str] = mapped_column(Text, default="", server_default="")
    failures: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MailFolder(Model):
    """A folder of an account at one UIDVALIDITY epoch; POP3 has one folder, ``INBOX``, without UIDVALIDITY.

    A changed UIDVALIDITY starts a new row; ``is_current`` is False for the old one, whose UIDs are never used again.
    ``uid_next`` is the server's when the folder was last opened; it can only grow. All UIDs below ``done_below`` have
    been dealt with: it follows ``uid_next`` when a pass comes to its end.
    ``listed_at`` is when all UIDs were last asked for, since an answer may leave one out; for POP3, when a fetch last
    came to its end. ``highest_modseq`` and ``message_count`` are the server's at the end of the last pass (CONDSTORE,
    RFC 7162): while neither they nor ``uid_next`` change, nothing in the folder has.
    """

    __tablename__ = "mail_folders"
    __table_args__ = (Index(None, "account_id", "name"),)

    id: Mapped[int] = id_column()
    account_id: Mapped[int] = mapped_column(ForeignKey("mail_accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(500))
    uid_validity: Mapped[int | None]
    uid_next: Mapped[int | None]
    done_below: Mapped[int | None]
    listed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    highest_modseq: Mapped[int | None] = mapped_column(BigInteger)
    message_count: Mapped[int | None]
    is_current: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LedgerState(StrEnum):
    """Where a message on the server stands in the delete-after-archive protocol (docs/reliability.md, section 2)."""

    ARCHIVED = "archived"
    DELETE_PENDING = "delete-pending"
    GONE = "gone"
    HELD = "held"
    STALE = "stale"


class Because(StrEnum):
    """Why an entry stands as it does, where more follows from it than a sentence for people.

    HELD because its message was purged here or its stored copy is DAMAGED; GONE because somebody removed it ELSEWHERE.
    """

    PURGED = "purged"
    DAMAGED = "damaged"
    ELSEWHERE = "elsewhere"


class LedgerEntry(Model):
    """One message as one server holds it. ``uid`` is IMAP's (0 for POP3); ``uidl`` is POP3's ('' elsewhere).

    ``sha256`` is NULL for a HELD message whose bytes never came whole. ``is_duplicate``: the archive already had
    these bytes when this entry was made. ``labels`` are Gmail's. ``because`` is a Because or '', ``reason`` for people.
    ``gone_at`` of a DELETE_PENDING entry is when a POP3 session first did not list it.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("folder_id", "uid", "uidl", "sha256"),
        Index(None, "folder_id", "state", "id"),
        Index(None, "folder_id", "uidl"),
        Index(None, "sha256"),
    )

    id: Mapped[int] = id_column()
    folder_id: Mapped[int] = mapped_column(ForeignKey("mail_folders.id", ondelete="CASCADE"))
    uid: Mapped[int] = mapped_column(default=0)
    uidl: Mapped[str] = mapped_column(String(255), default="")
    size: Mapped[int]
    sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[LedgerState] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    because: Mapped[str] = mapped_column(String(20), default="", server_default="")
    is_duplicate: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=1)
    labels: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    archived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Message(Model):
    """An archived message: a page of its space.

    Kept, not derived: ``space_id``, ``sha256``, ``size``, ``internal_date``, ``archived_at``, and the trash columns.
    Its identity is the space and the hash of its bytes, never its Message-ID (docs/failures.md). ``parsed_version`` is
    0 until it has been parsed, and -1 when the parser could not be run on it and it is shown raw.
    ``date`` is the sane sort key. ``text_ranges`` says what of ``text`` is new (``wiki.mail.quoting.stored``).
    ``features`` is :class:`~wiki.mail.features.Features` as JSON.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("space_id", "sha256"),
        Index("ix_messages_list", "space_id", "deleted_at", "date", "id"),
        Index("ix_messages_thread", "thread_id", "date", "id"),
        Index(None, "message_id"),
        Index(None, "node_id"),
        Index(None, "parsed_version"),
    )

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    internal_date: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deleted_by: Mapped[str] = mapped_column(String(255), default="")

    parsed_version: Mapped[int] = mapped_column(default=0)
    parse_attempts: Mapped[int] = mapped_column(default=0)
    date: Mapped[datetime] = mapped_column(UTCDateTime)
    header_date: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_date: Mapped[datetime | None] = mapped_column(UTCDateTime)
    message_id: Mapped[str] = mapped_column(Text, default="")
    in_reply_to: Mapped[str] = mapped_column(Text, default="")
    references: Mapped[list[str]] = mapped_column(JSON, default=list)
    subject: Mapped[str] = mapped_column(Text, default="")
    from_name: Mapped[str] = mapped_column(Text, default="")
    from_address: Mapped[str] = mapped_column(Text, default="")
    snippet: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_ranges: Mapped[list[tuple[str, int]]] = mapped_column(JSON, default=list, server_default="[]")
    has_html: Mapped[bool] = mapped_column(default=False)
    attachment_count: Mapped[int] = mapped_column(default=0)
    defects: Mapped[list[str]] = mapped_column(JSON, default=list)
    features: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("mail_threads.id"))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("thread_nodes.id"))


class MessageAddress(Model):
    """A mailbox in a header of a message: ``role`` is from, to, cc, bcc or reply-to."""

    __tablename__ = "message_addresses"
    __table_args__ = (Index(None, "mail_id", "role", "position"), Index(None, "address"))

    id: Mapped[int] = id_column()
    mail_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)


class MessagePart(Model):
    """A leaf of the MIME tree; ``number`` finds it again in the raw bytes, ``container`` is what it was packed in."""

    __tablename__ = "message_parts"
    __table_args__ = (Index(None, "mail_id", "number"), Index(None, "sha256"))

    id: Mapped[int] = id_column()
    mail_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    number: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(255))
    disposition: Mapped[str] = mapped_column(String(50))
    filename: Mapped[str] = mapped_column(Text)
    content_id: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    is_attachment: Mapped[bool]
    container: Mapped[int | None]


class Thread(Model):
    """A conversation: the tree of nodes that references hold together."""

    __tablename__ = "mail_threads"
    __table_args__ = (Index(None, "space_id"),)

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))


class ThreadNode(Model):
    """A Message-ID in a space: a JWZ container. A node that no message has is a ghost, a missing parent."""

    __tablename__ = "thread_nodes"
    __table_args__ = (UniqueConstraint("space_id", "message_id"), Index(None, "thread_id"), Index(None, "parent_id"))

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    message_id: Mapped[str] = mapped_column(Text)
    thread_id: Mapped[int] = mapped_column(ForeignKey("mail_threads.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("thread_nodes.id"))


class SetAside(Model):
    """A message that could not be archived, with the reason; its raw bytes are kept when they came (``sha256``).

    ``ledger_id`` is its entry, for one that was fetched; it goes when a later fetch gets the message whole.
    """

    __tablename__ = "set_aside"
    __table_args__ = (Index(None, "space_id", "id"), Index(None, "account_id"), Index(None, "sha256"))

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("mail_accounts.id", ondelete="SET NULL"))
    ledger_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id", ondelete="SET NULL"), unique=True)
    source: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Tombstone(Model):
    """The hash of a message that was purged here, so that no fetch or import brings it back."""

    __tablename__ = "mail_tombstones"
    __table_args__ = (UniqueConstraint("space_id", "sha256"),)

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    purged_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MailImport(Model):
    """An imported mailbox file: what it was, and how far it is, so that a killed import goes on where it was.

    ``position`` is where (:data:`wiki.mail.formats.found.Position`), ``offset`` how many bytes of ``size`` that are.
    ``set_aside`` counts what could not be taken, ``passed_over`` files in an archive or folder that hold no mail.
    """

    __tablename__ = "mail_imports"
    __table_args__ = (Index(None, "space_id", "id"),)

    id: Mapped[int] = id_column()
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    filename: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    is_upload: Mapped[bool]
    size: Mapped[int]
    offset: Mapped[int] = mapped_column(default=0)
    position: Mapped[list[int | str]] = mapped_column(JSON, default=list, server_default="[]")
    archived: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    set_aside: Mapped[int] = mapped_column(default=0)
    passed_over: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ConnectionTest(Model):
    """One use of Test Connection: a few a minute are enough for a person. Rows live for that minute."""

    __tablename__ = "mail_connection_tests"
    __table_args__ = (Index(None, "user_id", "at"),)

    id: Mapped[int] = id_column()
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
