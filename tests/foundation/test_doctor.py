"""The doctor says what is wrong in a sentence, and its exit code says that something is."""

from __future__ import annotations

from flask import Flask

from tests.mail.test_commands import flask
from wiki import doctoring
from wiki.search import indexer


def findings() -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.ok, finding.sentence) for finding in doctoring.examine()}


def test_a_site_without_index_and_worker_is_told_what_to_run(app: Flask) -> None:
    found = findings()
    assert found["database"] == (True, "is whole.")
    assert found["keys"] == (True, "seal and unseal.")
    assert not found["index"][0]
    assert "flask search rebuild" in found["index"][1]
    assert not found["worker"][0]
    assert "flask worker" in found["worker"][1]
    assert flask(app, "doctor").exit_code == 1


def test_an_index_that_was_built_is_well(app: Flask) -> None:
    indexer.rebuild()
    assert findings()["index"] == (True, "can be opened; 0 changes wait to be indexed.")


def test_a_key_file_that_is_broken_is_told(app: Flask) -> None:
    app.config["MAIL_KEYS_FILE"].parent.mkdir(parents=True, exist_ok=True)
    app.config["MAIL_KEYS_FILE"].write_text("not a key")
    assert not findings()["keys"][0]
