"""Nasty mails of tests/corpus/mail, each named by its trouble, and mails made in place."""

from __future__ import annotations

from pathlib import Path

from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing.parse import parse

FOLDER = Path(__file__).resolve().parents[1] / "corpus" / "mail"


def raw(trouble: str) -> RawMessage:
    """The mail that is named by that trouble."""
    return RawMessage((FOLDER / f"{trouble}.eml").read_bytes())


def nasty(trouble: str) -> ParsedMessage:
    """The same, parsed."""
    return parse(raw(trouble))


def letter(*lines: str | bytes) -> ParsedMessage:
    """A mail of these lines, parsed; a Date, From and Message-ID stand before them."""
    head = ["From: Ann <ann@example.org>", "Date: Mon, 2 Nov 2026 10:05:06 +0100", "Message-ID: <letter@example.org>"]
    content = b"\n".join(line.encode() if isinstance(line, str) else line for line in [*head, *lines])
    return parse(RawMessage(content))
