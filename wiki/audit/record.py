"""Putting events on record, in the transaction of what they tell of."""

from __future__ import annotations

from typing import Protocol

from wiki import clock
from wiki.audit.models import Event
from wiki.audit.tags import EventTag
from wiki.extensions import db


class Who(Protocol):
    """Whoever acted: an Actor of the permissions room, which is above this one."""

    @property
    def id(self) -> int | None:
        """The user's id, or None."""

    @property
    def name(self) -> str:
        """The name that goes on record."""


def record(actor: Who, tag: EventTag, subject: str, **details: object) -> None:
    """Add an event. ``subject`` is ``kind:id``; details must be plain JSON values and never hold a secret."""
    db.session.add(
        Event(at=clock.now(), actor_id=actor.id, actor_name=actor.name, tag=tag.value, subject=subject, details=details)
    )
