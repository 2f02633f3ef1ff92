"""Asking a server for its folders while a person waits: bounded, and without holding the database."""

from __future__ import annotations

from wiki import clock
from wiki.mail.fetching import opening
from wiki.mail.fetching.plan import Plan
from wiki.mail.folders.models import ServerFolder
from wiki.mail.transport.protocol import ImapTransport

MOST_FOLDERS = 5000
MOST_COUNTED = 300
# Seconds that are kept for the rest of the answer; folders that are left then stay uncounted.
RESERVE = 5.0


def read_folders(plan: Plan) -> list[ServerFolder]:
    """The folders of an account now, as rows that are not stored yet. Raises TransportError."""
    now = clock.now()
    with opening.imap_briefly(plan) as transport:
        listed = transport.folders()[:MOST_FOLDERS]
        rows = [
            ServerFolder(
                account_id=plan.account_id,
                name=folder.name[:500],
                delimiter=folder.delimiter or "",
                role=folder.role,
                is_selectable=folder.is_selectable,
                is_label=transport.has_labels,
                message_count=folder.count,
                read_at=now,
            )
            for folder in listed
        ]
        _count(transport, rows)
    return rows


def _count(transport: ImapTransport, rows: list[ServerFolder]) -> None:
    for row in [row for row in rows if row.is_selectable and row.message_count is None][:MOST_COUNTED]:
        if transport.time_left < RESERVE:
            return
        row.message_count = transport.count(row.name)
