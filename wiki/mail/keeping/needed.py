"""Which blobs the archive needs, by the beginnings of their names: so many at a time that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from wiki.mail.models import LedgerEntry, Message, SetAside, Tombstone
from wiki.spaces.models import Space

BEGINNINGS = 256
"""The store's folders: blobs by the first byte of their hashes."""


def beginning(number: int) -> str:
    """The first two digits of the hashes of a part."""
    return f"{number:02x}"


def of_archive(session: Session, number: int) -> set[str]:
    """The blobs that must be there: of messages, in the trash too, and of what was set aside."""
    within = _within(number)
    found = set(session.scalars(select(Message.sha256).where(in_any_space(), within(Message.sha256))))
    found.update(_named(session, SetAside.sha256, within))
    return found


def of_anything(session: Session, number: int) -> set[str]:
    """Those, and the blobs that the ledger names besides."""
    return of_archive(session, number) | _named(session, LedgerEntry.sha256, _within(number))


def purged(session: Session, number: int) -> set[str]:
    """The blobs of messages that somebody purged."""
    return _named(session, Tombstone.sha256, _within(number))


def messages_of(session: Session, hashes: Sequence[str]) -> Sequence[Row[int, int, str]]:
    """The messages that have these bytes, in any space, as ``(id, space_id, sha256)``."""
    return session.execute(
        select(Message.id, Message.space_id, Message.sha256)
        .where(in_any_space(), Message.sha256.in_(hashes))
        .order_by(Message.id)
    ).all()


def in_any_space() -> ColumnElement[bool]:
    """True of every message; the index of hashes begins with the space, and without this none would serve."""
    return Message.space_id.in_(select(Space.id))


def _named(session: Session, column: InstrumentedAttribute[Any], within: Callable[..., Any]) -> set[str]:
    return {sha256 for sha256 in session.scalars(select(column).where(within(column)).distinct()) if sha256}


def _within(number: int) -> Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]:
    """Between this beginning and the next; ``g`` comes after all hashes."""
    after = beginning(number + 1) if number + 1 < BEGINNINGS else "g"
    return lambda column: (column >= beginning(number)) & (column < after)
