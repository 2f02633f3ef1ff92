"""Three stopwatches for one connection: to connect, for each answer, and for everything together.

A timeout of a socket starts anew with every octet, so a server that drips one octet a second never runs
into it. Here every blocking call is given the least of its own patience and what is left of the whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from wiki.mail.transport.errors import TookTooLong


@dataclass(frozen=True)
class Deadlines:
    """Seconds: to look up, connect and agree on encryption; to wait for anything; for the whole connection."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 600.0


class Deadline:
    """Deadlines that have begun to run."""

    def __init__(self, deadlines: Deadlines) -> None:
        started = time.monotonic()
        self.read = deadlines.read
        self._connect_by = started + min(deadlines.connect, deadlines.total)
        self._end_by = started + deadlines.total

    @property
    def left(self) -> float:
        """Seconds until the whole must be over; never negative."""
        return max(0.0, self._end_by - time.monotonic())

    def to_connect(self) -> float:
        """Seconds the next step of connecting may take; raises TookTooLong when none are left."""
        return _positive(self._connect_by - time.monotonic())

    def to_answer(self) -> float:
        """Seconds the next send or receive may take; raises TookTooLong when none are left."""
        return _positive(min(self.read, self._end_by - time.monotonic()))


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise TookTooLong
    return seconds
