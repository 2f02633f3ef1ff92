"""What the site's settings say about connections to mail servers, in the transport's own words."""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.protocol import Limits
from wiki.words import MEBIBYTE

TEST_SECONDS = 15.0


def network_policy() -> NetworkPolicy:
    """Which addresses may be connected to, and how."""
    config = current_app.config
    return NetworkPolicy(
        allowed_private=config["MAIL_ALLOW_HOSTS"],
        require_tls=config["MAIL_REQUIRE_TLS"],
        cafile=Path(config["MAIL_CA_FILE"]) if config["MAIL_CA_FILE"] else None,
    )


def test_deadlines() -> Deadlines:
    """For Test Connection: a person waits."""
    return Deadlines(connect=10.0, read=TEST_SECONDS, total=TEST_SECONDS)


def fetch_deadlines() -> Deadlines:
    """For one connection of a fetch."""
    return Deadlines(total=float(current_app.config["MAIL_FETCH_DEADLINE_SECONDS"]))


def fetch_limits() -> Limits:
    """How much one answer may bring."""
    return Limits(message_octets=current_app.config["MAIL_MAX_MESSAGE_MB"] * MEBIBYTE)
