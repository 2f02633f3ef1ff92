"""How requests for work and events name what they are about: ``kind:id``."""

from __future__ import annotations

FETCH_JOB = "mail.fetch"
CERTIFY_JOB = "mail.certify"
IMPORT_JOB = "mail.import"


def account_subject(account_id: int) -> str:
    """A mail account."""
    return f"mail-account:{account_id}"


def import_subject(import_id: int) -> str:
    """An import of a mailbox."""
    return f"mail-import:{import_id}"


def message_subject(message_id: int) -> str:
    """An archived message."""
    return f"mail:{message_id}"
