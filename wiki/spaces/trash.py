"""The trash of a space, which holds things of several rooms; each room offers a ``TrashKind`` in ``wiki/rooms.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app

from wiki.permissions.actor import Actor

EXTENSION = "postroom.trash"


@dataclass(frozen=True)
class TrashedItem:
    """One row of the trash."""

    id: int
    title: str
    detail: str
    trashed_at: datetime
    trashed_by: str


@dataclass(frozen=True)
class TrashKind:
    """What a room can do with its trashed things.

    ``items(space_id, limit, before)``: newest first, ``before`` is the id-free keyset ``trashed_at`` to go on from;
    ``count(space_id)``; ``restore(actor, space_id, ids)`` and ``purge(actor, space_id, ids)`` change things and
    never commit. ``feature``: the kind vanishes while that feature is off.
    """

    name: str
    label: str
    icon: str
    items: Callable[[int, int, datetime | None], Sequence[TrashedItem]]
    count: Callable[[int], int]
    restore: Callable[[Actor, int, Sequence[int]], int]
    purge: Callable[[Actor, int, Sequence[int]], int]
    feature: str | None = None


def install(app: Flask, kinds: Iterable[TrashKind]) -> None:
    """Give the app the kinds of things that its rooms throw away."""
    app.extensions[EXTENSION] = {kind.name: kind for kind in kinds}


def trash_kinds() -> Mapping[str, TrashKind]:
    """All kinds, by name."""
    found: Mapping[str, TrashKind] = current_app.extensions[EXTENSION]
    return found
