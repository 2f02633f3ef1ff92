"""Whether the index is well, for ``flask doctor``."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from wiki import clock
from wiki.db import reading
from wiki.search.backend import SearchUnavailable
from wiki.search.configured import search_backend
from wiki.search.models import OutboxRow

LONGEST_WAIT = timedelta(minutes=10)


def index_is_well() -> tuple[bool, str]:
    """The index can be opened, and what changed does not wait for long."""
    try:
        search_backend().settled()
    except SearchUnavailable as error:
        return False, f"cannot be used: {error} Run: flask search rebuild."
    with reading() as session:
        waiting = session.scalar(select(func.count()).select_from(OutboxRow)) or 0
        oldest = session.scalar(select(OutboxRow.created_at).order_by(OutboxRow.id).limit(1))
    late = oldest is not None and oldest < clock.now() - LONGEST_WAIT
    return not late, f"can be opened; {waiting:,} changes wait to be indexed."
