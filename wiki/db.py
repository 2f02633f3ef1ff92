"""What every table shares, and how transactions begin; knows no room.

A transaction that will write says so at its start. On SQLite it then begins with ``BEGIN IMMEDIATE``:
the default, which takes the write lock at the first write, lost 4,144 of 5,035 read-then-write updates
without an error (docs/decisions/003-transactions.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from wiki.extensions import db

_writing: ContextVar[bool] = ContextVar("writing", default=False)

BUSY_TIMEOUT_MILLISECONDS = 30_000

Value = TypeVar("Value")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite stores no zone, so store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Hand out aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_column() -> Mapped[int]:
    """The surrogate key that every table has."""
    return mapped_column(primary_key=True)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a writing transaction for a job or a command: return commits, raise rolls back.

    Objects loaded before it are expired, so that nothing stale is written back.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("There are unsaved changes from outside this transaction.")
    session.rollback()
    token = _writing.set(True)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a reading transaction that ends with the block: no lock is held while a job talks to the network."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()


def hold_nothing() -> None:
    """End the transaction of this context before something that takes long; what was loaded is read again when used."""
    db.session.rollback()


def will_write(writes: bool) -> None:
    """Say for the rest of this context (a request) whether transactions begin as writers."""
    _writing.set(writes)


def chunks(values: Sequence[Value], size: int = 400) -> Iterator[Sequence[Value]]:
    """So few values at a time that a statement has placeholders for them."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def prepare_engine(engine: Engine) -> None:
    """Give an SQLite engine its durability and locking; other databases have theirs already."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself; _on_begin does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
