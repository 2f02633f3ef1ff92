"""What an administrator registered with a provider, and what people have allowed. Every secret is sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class OAuthClient(Model):
    """Our registration with a provider. The addresses, the scope and the hosts are kept for a provider of one's own."""

    __tablename__ = "oauth_clients"

    id: Mapped[int] = id_column()
    provider: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    client_id: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    tenant: Mapped[str] = mapped_column(String(100), default="")
    authorization_url: Mapped[str] = mapped_column(Text, default="")
    token_url: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    hosts: Mapped[list[str]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OAuthGrant(Model):
    """That somebody allowed us to read the mailbox of an account.

    ``refused`` is why the provider gives no more tokens, in words; then it has to be allowed anew.
    """

    __tablename__ = "oauth_grants"

    id: Mapped[int] = id_column()
    account_id: Mapped[int] = mapped_column(ForeignKey("mail_accounts.id", ondelete="CASCADE"), unique=True)
    provider: Mapped[str] = mapped_column(String(40))
    refresh_token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    access_token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    refused: Mapped[str] = mapped_column(Text, default="")
    granted_by: Mapped[str] = mapped_column(String(255))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OAuthAttempt(Model):
    """Somebody who was sent to a provider and is expected back: once, soon, and in the same person."""

    __tablename__ = "oauth_attempts"
    __table_args__ = (Index(None, "account_id"), Index(None, "user_id"))

    id: Mapped[int] = id_column()
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("mail_accounts.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    generation: Mapped[int]
    provider: Mapped[str] = mapped_column(String(40))
    verifier_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
