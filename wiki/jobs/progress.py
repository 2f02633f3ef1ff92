"""How a running job tells how far it is."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Protocol

from sqlalchemy import update

from wiki.db import transaction
from wiki.jobs.models import JobRequest

SHORTEST_PAUSE = timedelta(seconds=0.5)


class Progress(Protocol):
    """Something that can be told how far a job is."""

    def tell(self, done: int, total: int | None = None) -> None:
        """Say how many of how many things are done; ``total`` is None while nobody knows."""


class Silent:
    """Progress that nobody watches."""

    def tell(self, done: int, total: int | None = None) -> None:
        """Forget it."""


class OnRequest:
    """Progress kept on the request's row, written at most twice a second. Never called inside a transaction."""

    def __init__(self, request_id: int) -> None:
        self._request_id = request_id
        self._told_at = 0.0

    def tell(self, done: int, total: int | None = None) -> None:
        """Write it down unless that was done just now."""
        if time.monotonic() - self._told_at < SHORTEST_PAUSE.total_seconds():
            return
        self._told_at = time.monotonic()
        with transaction() as session:
            session.execute(update(JobRequest).where(JobRequest.id == self._request_id).values(done=done, total=total))
