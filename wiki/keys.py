"""Changing the keys that seal stored passwords, over all the columns that rooms offer."""

from __future__ import annotations

from sqlalchemy import select, update

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.crypto import vault
from wiki.db import transaction
from wiki.jobs.lease import lease
from wiki.permissions.actor import SYSTEM
from wiki.rooms import SEALED


def rotate() -> int:
    """Add a key, then seal everything with it in one transaction; gives the number of secrets.

    Killed anywhere, every key that still seals something is in the file, and it can be done again. Raises CannotUnseal,
    with nothing changed but a key added, and LeaseTaken when another process is at it.
    """
    with lease("crypto-rotate"):
        vault().add_key()
        count = _reseal()
        vault().forget_older_keys()
    return count


def _reseal() -> int:
    count = 0
    with transaction() as session:
        for table, column in SEALED:
            rows = session.execute(select(table.id, column).where(column.is_not(None))).all()
            changed = [{"id": row_id, column.key: vault().reseal(sealed)} for row_id, sealed in rows if sealed]
            if changed:
                session.execute(update(table), changed)
            count += len(changed)
        record(SYSTEM, EventTag.SECRETS_RESEALED, "site", count=count)
    return count
