"""Doing a thing alone: a database row with a fencing token, and a lock on a local file.

The row holds across machines but outlives a killed process until it expires. The lock is freed by the kernel at
once, however the process dies: whoever gets the lock on the machine that the row names may take the row over.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import current_app

from wiki import clock
from wiki.db import transaction
from wiki.extensions import db
from wiki.jobs.models import Lease

LENGTH = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another process holds the lease now; whatever was being done must stop without writing."""


class LeaseTaken(Exception):
    """Another process is doing this."""


@dataclass(frozen=True)
class Held:
    """A lease that is held."""

    name: str
    holder: str
    token: int

    def renew(self) -> None:
        """Hold it for another while, in a transaction of its own. Raises LeaseLost."""
        with transaction():
            self.confirm()

    def confirm(self) -> None:
        """Check inside the caller's writing transaction that the lease is still held, and prolong it.

        What the caller writes is thereby fenced: it is committed only by the holder. Raises LeaseLost.
        """
        row = _row(self.name)
        if row is None or row.token != self.token or row.holder != self.holder:
            raise LeaseLost(self.name)
        row.expires_at = clock.now() + LENGTH


@contextmanager
def lease(name: str) -> Iterator[Held]:
    """Hold a lease for the block. Raises LeaseTaken when somebody else holds it."""
    with _locked(name):
        held = _take(name)
        try:
            yield held
        finally:
            _give_back(held)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    path: Path = current_app.config["DATA"] / "locks" / f"{name.replace(':', '-')}.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The file is never removed: a lock on a removed file guards nothing.
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LeaseTaken(name) from error
        yield


def _take(name: str) -> Held:
    here = socket.gethostname()
    holder = f"{here}:{os.getpid()}:{secrets.token_hex(4)}"
    with transaction() as session:
        row = _row(name)
        if row is None:
            row = Lease(name=name, holder=holder, token=0)
            session.add(row)
        elif row.expires_at > clock.now() and row.holder and not row.holder.startswith(f"{here}:"):
            raise LeaseTaken(name)
        row.holder = holder
        row.token += 1
        row.expires_at = clock.now() + LENGTH
        token = row.token
    return Held(name=name, holder=holder, token=token)


def _give_back(held: Held) -> None:
    with transaction():
        row = _row(held.name)
        if row is not None and row.token == held.token:
            row.holder = ""
            row.expires_at = clock.now()


def _row(name: str) -> Lease | None:
    return db.session.get(Lease, name, populate_existing=True)
