"""Things to search in tests that are not about pages or mail: notes, which live in a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.doubles.memory_search import MemorySearch
from tests.people import Site
from wiki.db import transaction
from wiki.extensions import db
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.search import configured, outbox, registry
from wiki.search.document import SearchDocument
from wiki.search.registry import Kind, Presented
from wiki.spaces.models import Space

DATE = datetime(2024, 5, 6, tzinfo=UTC)


@dataclass
class Note:
    """A findable thing; ``hidden_from`` are people whom a restriction keeps from it."""

    title: str
    text: str
    space_id: int
    version: int = 1
    hidden_from: set[int | None] = field(default_factory=set)


@dataclass
class Notes:
    """All notes, and the kind that search is told of."""

    living: dict[int, Note] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def write(self, number: int, title: str, text: str = "", space_id: int = 1) -> None:
        """Write or change a note, and tell the outbox of it."""
        version = self.living[number].version + 1 if number in self.living else 1
        self.living[number] = Note(title, text, space_id, version)
        self.touch(number)

    def remove(self, number: int) -> None:
        """Remove a note, and tell the outbox of it."""
        del self.living[number]
        self.touch(number)

    def touch(self, *numbers: int) -> None:
        """Tell the outbox of notes."""
        with transaction() as session:
            outbox.touch(session, "note", numbers)

    def documents(self, ids: Sequence[int]) -> list[SearchDocument]:
        self.calls.append("documents")
        return [
            SearchDocument("note", number, note.version, note.space_id, note.title, note.text, DATE)
            for number in ids
            if (note := self.living.get(number))
        ]

    def present(self, actor: Actor, ids: Sequence[int]) -> Mapping[int, Presented]:
        self.calls.append("present")
        visible = set(db.session.scalars(space_ids(actor, Permission.SPACE_VIEW)))
        return {
            number: Presented(note.title, note.text, "search.index", {"q": note.title}, DATE, space_name="A space")
            for number in ids
            if (note := self.living.get(number)) and note.space_id in visible and actor.id not in note.hidden_from
        }

    def ids_after(self, last: int, limit: int) -> list[int]:
        return [number for number in sorted(self.living) if number > last][:limit]


@pytest.fixture
def notes(app: Flask) -> Notes:
    """Notes as the only findable things, with spaces whose changes are noticed by the flush listener."""
    found = Notes()
    kinds = (
        Kind("note", "Notes", "file-text", found.documents, found.present, found.ids_after),
        Kind("space", "Spaces", "folder", lambda _ids: [], lambda _actor, _ids: {}, lambda _last, _limit: [], Space),
        Kind("letter", "Letters", "mail", lambda _ids: [], found.present, lambda _last, _limit: [], feature="mail"),
    )
    registry.install(app, kinds)
    return found


@pytest.fixture
def backend(app: Flask) -> MemorySearch:
    """The app's engine, in memory."""
    engine = MemorySearch()
    app.extensions[configured.EXTENSION] = engine
    return engine


@pytest.fixture
def team(site: Site) -> int:
    """The space TEAM, in which Alice and Bob may look and Charlie may not."""
    return site.team
