"""What an account's choice of folders means on its server now."""

from __future__ import annotations

from wiki.mail.fetching.plan import Plan
from wiki.mail.folders.choosing import Choice, wanted
from wiki.mail.transport.protocol import ImapTransport


def folders_to_read(transport: ImapTransport, plan: Plan) -> list[str]:
    """The folders to read, the server's list being asked for only where the choice depends on it."""
    choice = Choice(plan.folders, plan.reads_all_folders, plan.left_out)
    listed = transport.folders() if choice.reads_all else []
    return wanted(choice, listed, are_labels=transport.has_labels, never=[plan.move_to] if plan.move_to else [])
