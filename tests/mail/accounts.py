"""Mail accounts for tests, pointed at a real mail server on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from wiki import clock
from wiki.crypto import seal
from wiki.db import transaction
from wiki.mail.models import MailAccount
from wiki.mail.transport.endpoint import Protocol

RealMailbox = DovecotMailbox | PymapMailbox


def allow(app: Flask, mailbox: RealMailbox) -> None:
    """Let the site connect to the test's server, as its administrator would."""
    app.config["MAIL_ALLOW_HOSTS"] = mailbox.policy.allowed_private
    app.config["MAIL_CA_FILE"] = str(mailbox.policy.cafile) if mailbox.policy.cafile else None


def add_account(
    app: Flask, space_id: int, mailbox: RealMailbox, protocol: Protocol = Protocol.IMAP, **values: Any
) -> int:
    """Add an account for the mailbox and give its id."""
    allow(app, mailbox)
    endpoint = mailbox.endpoint(protocol)
    assert isinstance(endpoint.password, str)
    with transaction() as session:
        account = MailAccount(
            **{
                "space_id": space_id,
                "name": "Support",
                "protocol": protocol.value,
                "host": endpoint.host,
                "port": endpoint.port,
                "username": endpoint.username,
                "password_sealed": seal(endpoint.password),
                "folders": ["INBOX"],
                "fetch_minutes": 30,
                "next_fetch_at": clock.now() - timedelta(seconds=1),
                "created_at": clock.now(),
                **values,
            }
        )
        session.add(account)
        session.flush()
        return account.id


def letter(number: int, *, subject: str = "", body: str = "", reply_to: int | None = None, extra: str = "") -> bytes:
    """An ordinary message, another one for each number."""
    answer = f"In-Reply-To: <{reply_to}@example.org>\r\nReferences: <{reply_to}@example.org>\r\n" if reply_to else ""
    return (
        f"From: Ann Example <ann@example.org>\r\nTo: Team <team@example.org>\r\n"
        f"Date: Mon, 02 Nov 2026 10:{number % 60:02}:00 +0000\r\nMessage-ID: <{number}@example.org>\r\n"
        f"Subject: {subject or f'Letter {number}'}\r\n{answer}{extra}\r\n"
        f"{body or f'This is letter number {number}.'}\r\n"
    ).encode()
