"""What changed comes into the index, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.doubles.memory_search import MemorySearch
from tests.search.conftest import DATE, Note, Notes
from wiki.db import reading, transaction
from wiki.jobs.lease import LeaseTaken, lease
from wiki.search import configured, indexer, outbox, registry
from wiki.search.backend import SearchUnavailable
from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import SearchDocument
from wiki.search.models import OutboxRow


def waiting() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


@pytest.fixture
def engine(app: Flask, tmp_path: Path) -> Iterator[WhooshBackend]:
    """The embedded engine in place of the memory double."""
    made = WhooshBackend(tmp_path / "index")
    app.extensions[configured.EXTENSION] = made
    yield made
    made.close()


def entries(backend: MemorySearch | WhooshBackend) -> dict[str, int]:
    return dict(backend.entries())


def test_changes_are_put_as_they_are_now_and_ticked_off(notes: Notes, backend: MemorySearch) -> None:
    notes.write(1, "First")
    notes.write(2, "Second")
    notes.write(1, "First, changed")
    assert indexer.drain() == 3
    assert entries(backend) == {"note:1": 2, "note:2": 1}
    assert waiting() == 0
    assert indexer.drain() == 0


def test_a_rebuild_leaves_only_what_changed_since_it_began(notes: Notes, engine: WhooshBackend) -> None:
    notes.write(1, "First")
    notes.write(2, "Second")
    indexer.rebuild()
    assert waiting() == 0
    notes.write(2, "Second, changed")
    assert waiting() == 1
    indexer.drain()
    assert entries(engine) == {"note:1": 1, "note:2": 2}


def test_thousands_of_changes_are_loaded_at_once(
    notes: Notes, engine: WhooshBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer.rebuild()
    for number in range(1, 31):
        notes.write(number, f"Note {number}")
    notes.write(7, "Changed")
    notes.remove(8)
    monkeypatch.setattr(indexer, "MANY", 20)
    monkeypatch.setattr(indexer, "_CHUNK", 7)
    assert indexer.drain() == 32
    assert set(entries(engine)) == {f"note:{number}" for number in range(1, 31) if number != 8}
    assert entries(engine)["note:7"] == 2
    assert waiting() == 0


def test_one_that_cannot_be_indexed_does_not_hold_thousands_back(
    notes: Notes, engine: WhooshBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer.rebuild()
    for number in range(1, 31):
        notes.write(number, f"Note {number}")
    documents = registry.all_kinds()["note"].documents

    def failing(ids: list[int]) -> list[SearchDocument]:
        if 13 in ids:
            raise ValueError
        return documents(ids)

    monkeypatch.setitem(registry.all_kinds(), "note", replace(registry.all_kinds()["note"], documents=failing))
    monkeypatch.setattr(indexer, "MANY", 20)
    assert indexer.drain() == 30
    assert set(entries(engine)) == {f"note:{number}" for number in range(1, 31) if number != 13}


def test_what_is_gone_is_dropped(notes: Notes, backend: MemorySearch) -> None:
    notes.write(1, "First")
    indexer.drain()
    notes.remove(1)
    indexer.drain()
    assert entries(backend) == {}


def test_rows_of_a_kind_that_no_longer_exists_are_dropped_too(notes: Notes, backend: MemorySearch) -> None:
    backend.put([SearchDocument("wish", 5, 1, 1, "", "", DATE)])
    with transaction() as session:
        outbox.touch(session, "wish", [5])
    indexer.drain()
    assert entries(backend) == {}
    assert waiting() == 0


def test_when_the_engine_fails_nothing_is_ticked_off(
    notes: Notes, backend: MemorySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write(1, "First")

    def unavailable(*_anything: object) -> None:
        raise SearchUnavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(backend, "apply", unavailable)
        with pytest.raises(SearchUnavailable):
            indexer.drain()
    assert waiting() == 1
    indexer.drain()
    assert entries(backend) == {"note:1": 1}


def test_a_death_between_commit_and_tick_is_made_good_by_doing_it_again(
    notes: Notes, backend: MemorySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write(1, "First")
    apply = backend.apply

    def die_after(*arguments: object) -> None:
        apply(*arguments)  # type: ignore[arg-type]  # handed through
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backend, "apply", die_after)
        with pytest.raises(KeyboardInterrupt):
            indexer.drain()
    assert waiting() == 1
    notes.write(1, "First, changed since")
    indexer.drain()
    assert entries(backend) == {"note:1": 2}
    assert waiting() == 0


def test_a_change_made_while_its_row_is_being_worked_on_is_not_lost(
    notes: Notes, backend: MemorySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write(1, "First")
    apply = backend.apply

    def change_meanwhile(*arguments: object) -> None:
        monkeypatch.undo()
        notes.write(1, "Changed while the index was written")
        apply(*arguments)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(backend, "apply", change_meanwhile)
    indexer.drain()
    assert entries(backend) == {"note:1": 2}


def test_only_one_process_writes(notes: Notes, backend: MemorySearch) -> None:
    notes.write(1, "First")
    with lease(indexer.LEASE):
        with pytest.raises(LeaseTaken):
            indexer.drain()
        with pytest.raises(LeaseTaken):
            indexer.rebuild()
    assert waiting() == 1


def test_a_thousand_changes_are_loaded_in_batches(notes: Notes, backend: MemorySearch) -> None:
    for number in range(1, indexer.BATCH + 2):
        notes.living[number] = Note("A note", "", 1)
    notes.touch(*range(1, indexer.BATCH + 2))
    assert indexer.drain() == indexer.BATCH + 1
    assert notes.calls.count("documents") == 2


# The embedded engine


def test_the_first_drain_builds_the_whole_index(notes: Notes, engine: WhooshBackend) -> None:
    notes.living[7] = Note("From before there was an index", "", 1)
    notes.write(8, "Noted")
    indexer.drain()
    assert entries(engine) == {"note:7": 1, "note:8": 1}


def test_an_index_that_is_damaged_is_built_anew(notes: Notes, engine: WhooshBackend, tmp_path: Path) -> None:
    notes.write(1, "First")
    indexer.drain()
    for file in tmp_path.glob("index/gen-*/*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:10])
    notes.write(2, "Second")
    indexer.drain()
    assert entries(engine) == {"note:1": 1, "note:2": 1}


def test_a_change_during_a_rebuild_is_in_the_new_index(app: Flask, notes: Notes, engine: WhooshBackend) -> None:
    notes.write(1, "First")
    indexer.drain()

    def change_behind_the_rebuild(last: int, limit: int) -> list[int]:
        if last:
            notes.write(1, "Changed when the rebuild had passed it")
        return notes.ids_after(last, limit)

    registry.install(app, [replace(registry.all_kinds()["note"], ids_after=change_behind_the_rebuild)])
    indexer.rebuild()
    indexer.drain()
    assert entries(engine)["note:1"] == notes.living[1].version
    assert waiting() == 0


# Verifying


def test_an_index_that_says_what_the_database_says_is_clean(notes: Notes, backend: MemorySearch) -> None:
    notes.write(1, "First")
    indexer.drain()
    found = indexer.verify()
    assert found.is_clean
    assert found.checked == 1


def test_what_is_missing_extra_or_stale_is_told_and_repaired(notes: Notes, backend: MemorySearch) -> None:
    for number in (1, 2, 3):
        notes.write(number, "A note")
    indexer.drain()
    backend.drop(["note:1"])
    notes.living[2].version = 9
    del notes.living[3]
    found = indexer.verify(repair=True)
    assert (found.missing, found.stale, found.extra) == (["note:1"], ["note:2"], ["note:3"])
    indexer.drain()
    assert indexer.verify().is_clean
    assert entries(backend) == {"note:1": 1, "note:2": 9}


def test_of_an_index_that_is_not_there_everything_is_missing(notes: Notes, engine: WhooshBackend) -> None:
    notes.living[1] = Note("A note", "", 1)
    assert indexer.verify(repair=True).missing == ["note:1"]
    indexer.drain()
    assert indexer.verify().is_clean


def test_what_waits_in_the_outbox_is_no_fault(notes: Notes, backend: MemorySearch) -> None:
    notes.write(1, "Not yet indexed")
    assert indexer.verify().is_clean
