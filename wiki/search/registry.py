"""What can be found: a plain value for each kind of thing, offered by its room and listed in ``wiki/rooms.py``.

Search knows no feature; it calls the functions that it is given here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask, current_app

from wiki import settings
from wiki.permissions.actor import Actor
from wiki.search.document import SearchDocument

EXTENSION = "postroom.search.kinds"


@dataclass(frozen=True)
class Page:
    """A page of a thing that has several, with its label (``page 3``; '' where it needs none)."""

    label: str
    text: str


@dataclass(frozen=True)
class Presented:
    """A hit as the results page shows it: ``text`` is what excerpts are cut from, ``endpoint`` its address.

    ``pages`` take the place of ``text`` where there are any: the excerpt then comes from the page that shows the
    searched words best, and the title names that page.
    """

    title: str
    text: str
    endpoint: str
    values: Mapping[str, object]
    date: datetime
    author: str = ""
    space_name: str = ""
    details: tuple[str, ...] = field(default=())
    pages: tuple[Page, ...] = field(default=())


@dataclass(frozen=True)
class Kind:
    """A kind of findable thing.

    * ``documents(ids)``: the documents of those that live now; what is absent is dropped from the index.
    * ``present(actor, ids)``: what the page shows, by id, of those that the actor may see *now*: the recheck in SQL.
    * ``ids_after(last, limit)``: ids of living things above ``last``, ascending, for rebuilding and verifying.
    * ``model``: the ORM class whose changes the flush listener notices; None when the room calls ``outbox.touch``.
    * ``export``: the endpoint that takes out what a search finds of it; it takes ``q`` and ``space_id``.
    * ``feature``: the kind vanishes from results and counts while that feature is off.
    """

    name: str
    label: str
    icon: str
    documents: Callable[[Sequence[int]], list[SearchDocument]]
    present: Callable[[Actor, Sequence[int]], Mapping[int, Presented]]
    ids_after: Callable[[int, int], list[int]]
    model: type | None = None
    feature: str | None = None
    export: str | None = None


def install(app: Flask, kinds: Iterable[Kind]) -> None:
    """Give the app the kinds that its rooms offer."""
    app.extensions[EXTENSION] = {kind.name: kind for kind in kinds}


def all_kinds() -> Mapping[str, Kind]:
    """Every kind, by name, whether its feature is on or off."""
    found: Mapping[str, Kind] = current_app.extensions[EXTENSION]
    return found


def living_kinds() -> Mapping[str, Kind]:
    """The kinds that may be found just now."""
    return {
        name: kind for name, kind in all_kinds().items() if kind.feature is None or settings.feature_is_on(kind.feature)
    }
