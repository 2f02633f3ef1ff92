"""The archive from a terminal."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.mail.accounts import RealMailbox, add_account, letter
from tests.people import Site
from wiki.db import reading
from wiki.mail.models import Message

ENVELOPE = b"From ann@example.org Mon Nov  2 10:05:06 2026\n"


def flask(app: Flask, *command: str, given: bytes = b"") -> Result:
    """Run a command as in a terminal, without what the test has open."""
    return app.test_cli_runner().invoke(args=list(command), input=given)


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    path = tmp_path / "team.mbox"
    letters = [letter(1, subject="Stairs"), letter(2, subject="Re: Stairs", reply_to=1), letter(3, reply_to=99)]
    path.write_bytes(b"".join(ENVELOPE + each + b"\n" for each in letters))
    return path


def test_importing_a_mailbox_twice_adds_nothing_the_second_time(app: Flask, site: Site, mailbox: Path) -> None:
    assert site.team
    first = flask(app, "mail", "import", "TEAM", str(mailbox), "--json")
    assert json.loads(first.stdout) == {"archived": 3, "duplicates": 0, "set_aside": 0, "passed_over": 0}
    second = flask(app, "mail", "import", "team", str(mailbox), "--json")
    assert json.loads(second.stdout) == {"archived": 0, "duplicates": 3, "set_aside": 0, "passed_over": 0}


def test_a_file_that_is_no_mailbox_is_refused_in_a_sentence_and_nothing_is_stored(
    app: Flask, site: Site, tmp_path: Path
) -> None:
    assert site.team
    path = tmp_path / "holiday.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = flask(app, "mail", "import", "TEAM", str(path))
    assert done.exit_code == 1
    assert "no mailbox" in done.output
    with reading() as session:
        assert session.scalar(select(Message.id)) is None


def test_a_personal_space_takes_no_mailbox(app: Flask, site: Site, mailbox: Path) -> None:
    site.space("~bob", owner=site.bob)
    done = flask(app, "mail", "import", "~bob", str(mailbox))
    assert done.exit_code == 1
    assert "personal space" in done.output


def test_the_raw_bytes_of_a_message_come_back_exactly(app: Flask, site: Site, mailbox: Path) -> None:
    assert site.team
    flask(app, "mail", "import", "TEAM", str(mailbox))
    with reading() as session:
        row = session.execute(select(Message.id, Message.sha256).where(Message.subject == "Stairs")).one()
    done = flask(app, "mail", "raw", str(row.id))
    assert hashlib.sha256(done.stdout_bytes).hexdigest() == row.sha256
    assert done.stdout_bytes == letter(1, subject="Stairs")


def test_threads_are_trees_with_null_for_a_missing_parent(app: Flask, site: Site, mailbox: Path) -> None:
    assert site.team
    flask(app, "mail", "import", "TEAM", str(mailbox))
    trees = json.loads(flask(app, "mail", "threads", "TEAM", "--json").stdout)
    assert sorted(trees, key=str) == sorted(
        [["1@example.org", [["2@example.org", []]]], [None, [["3@example.org", []]]]], key=str
    )


def test_a_single_message_can_be_parsed_from_a_file_or_standard_input(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(letter(7, subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?="))
    shown = json.loads(flask(app, "mail", "parse", str(path), "--json").stdout)
    assert shown["subject"] == "Grüße"
    assert shown["from"] == [["Ann Example", "ann@example.org"]]
    assert shown["message_id"] == "7@example.org"
    assert shown["date"].startswith("2026-11-02T10:07:00")
    assert json.loads(flask(app, "mail", "parse", "-", "--json", given=path.read_bytes()).stdout) == shown


def test_verifying_finds_a_flipped_bit_and_a_missing_file(app: Flask, site: Site, mailbox: Path) -> None:
    assert site.team
    flask(app, "mail", "import", "TEAM", str(mailbox))
    assert flask(app, "mail", "verify", "TEAM").exit_code == 0
    with reading() as session:
        first, second = session.scalars(select(Message.sha256).order_by(Message.id).limit(2))
    blobs = app.config["DATA"] / "blobs"
    (blobs / first[:2] / first[2:]).write_bytes(b"flipped")
    (blobs / second[:2] / second[2:]).unlink()
    done = flask(app, "mail", "verify", "TEAM", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (found["whole"], len(found["damaged"]), len(found["missing"])) == (1, 1, 1)


def test_reparsing_changes_nothing_that_was_right(app: Flask, site: Site, mailbox: Path) -> None:
    assert site.team
    flask(app, "mail", "import", "TEAM", str(mailbox))
    before = flask(app, "mail", "threads", "TEAM", "--json").stdout
    assert flask(app, "mail", "reparse", "TEAM").exit_code == 0
    assert flask(app, "mail", "threads", "TEAM", "--json").stdout == before


def test_fetching_prints_a_line_for_each_account(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox)
    done = flask(app, "mail", "fetch", "--account", str(account), "--json")
    assert json.loads(done.stdout) == {
        "account": account,
        "name": "Support",
        "ok": True,
        "result": "1 new message.",
    }


def test_fetching_an_account_that_does_not_exist_is_refused(app: Flask, site: Site) -> None:
    done = flask(app, "mail", "fetch", "--account", "4711")
    assert (done.exit_code, "no such account" in done.output) == (1, True)


def test_rotating_the_keys_keeps_every_account_working(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox)
    for _ in range(3):
        assert "1 secrets" in flask(app, "crypto", "rotate").output
    assert flask(app, "mail", "fetch", "--account", str(account)).exit_code == 0
