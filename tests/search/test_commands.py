"""``flask search``: asking with somebody's rights, rebuilding, verifying."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask

from tests.doubles.memory_search import MemorySearch
from tests.people import Person
from tests.search.conftest import Note, Notes
from wiki.jobs.lease import lease
from wiki.search import indexer


@pytest.fixture(autouse=True)
def written(notes: Notes, backend: MemorySearch, team: int) -> None:
    """One note in TEAM."""
    notes.living[1] = Note("Release notes", "They mention a zebra.", team)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["search", *words])


def test_a_question_is_answered_with_the_rights_of_the_user(app: Flask, alice: Person, charlie: Person) -> None:
    indexer.rebuild()
    found = json.loads(run(app, "query", "zebra", "--user", "alice", "--json").output)
    assert found["total"] == 1
    assert found["results"][0]["title"] == "Release notes"
    assert found["results"][0]["excerpt"] == "They mention a zebra."
    assert json.loads(run(app, "query", "zebra", "--user", "charlie", "--json").output)["total"] == 0
    assert json.loads(run(app, "query", "zebra", "--json").output)["total"] == 0


def test_a_refused_question_is_a_sentence_and_an_exit_code(app: Flask, alice: Person) -> None:
    refused = run(app, "query", "*", "--user", "alice", "--json")
    assert refused.exit_code == 1
    assert "star" in refused.output


def test_an_unknown_user_is_an_error(app: Flask) -> None:
    assert run(app, "query", "zebra", "--user", "nobody").exit_code == 1


def test_rebuilding_tells_how_many(app: Flask) -> None:
    rebuilt = run(app, "rebuild")
    assert rebuilt.exit_code == 0
    assert "1 document" in rebuilt.output


def test_rebuilding_beside_a_working_indexer_is_refused_with_a_sentence(app: Flask) -> None:
    with lease(indexer.LEASE):
        assert run(app, "rebuild").exit_code == 1


def test_verifying_tells_what_differs_and_repairs_it(app: Flask) -> None:
    assert json.loads(run(app, "verify", "--json").output)["missing"] == ["note:1"]
    assert run(app, "verify", "--repair").exit_code == 1
    indexer.drain()
    clean = run(app, "verify", "--json")
    assert clean.exit_code == 0
    assert json.loads(clean.output)["missing"] == []
