"""Search from a terminal, with somebody's rights."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from tests.mail.accounts import letter
from tests.mail.test_commands import ENVELOPE, flask
from tests.people import Person, Site


def archive(app: Flask, site: Site, tmp_path: Path) -> None:
    assert site.team
    path = tmp_path / "team.mbox"
    path.write_bytes(ENVELOPE + letter(1, subject="Lamp room", body="It smells of heliotrope."))
    assert flask(app, "mail", "import", "TEAM", str(path)).exit_code == 0
    assert flask(app, "search", "rebuild").exit_code == 0


def test_bob_finds_a_word_of_a_mail_in_his_space(app: Flask, site: Site, bob: Person, tmp_path: Path) -> None:
    archive(app, site, tmp_path)
    answer = json.loads(flask(app, "search", "query", "heliotrope", "--user", "bob", "--json").stdout)
    assert answer["total"] == 1
    (found,) = answer["results"]
    assert (found["kind"], found["title"]) == ("mail", "Lamp room")
    assert "heliotrope" in found["excerpt"]
    assert found["url"].startswith("/spaces/TEAM/mail/")


def test_charlie_does_not_learn_that_it_exists(app: Flask, site: Site, charlie: Person, tmp_path: Path) -> None:
    archive(app, site, tmp_path)
    answer = json.loads(flask(app, "search", "query", "heliotrope", "--user", "charlie", "--json").stdout)
    assert answer["results"] == []
    assert answer["total"] == 0
    assert not any(answer["counts"].values())


def test_a_question_that_cannot_be_asked_is_refused_in_a_sentence(app: Flask, site: Site, bob: Person) -> None:
    done = flask(app, "search", "query", "*" * 300, "--user", "bob")
    assert done.exit_code == 1
    assert done.output.strip().endswith(".")
    assert "Traceback" not in done.output


def test_after_a_rebuild_index_and_wiki_agree(app: Flask, site: Site, tmp_path: Path) -> None:
    archive(app, site, tmp_path)
    report = json.loads(flask(app, "search", "verify", "--json").stdout)
    assert (report["missing"], report["extra"], report["stale"]) == ([], [], [])
    assert report["checked"] >= 1


def test_mail_is_found_by_its_senders_address_and_not_by_a_recipients_as_sender(
    app: Flask, site: Site, bob: Person, tmp_path: Path
) -> None:
    archive(app, site, tmp_path)

    def total(text: str) -> int:
        return int(json.loads(flask(app, "search", "query", text, "--user", "bob", "--json").stdout)["total"])

    assert total("from:ann@example.org") == 1
    assert total("from:team@example.org") == 0
    assert total("to:team@example.org") == 1
    assert total("team@example.org") == 1
