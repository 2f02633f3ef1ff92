"""Mail is taken out: a thread, a month, what was found, a space; by those who may, and byte for byte."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import Letter, archive, make_conversation, make_message, make_messages
from tests.mail.screens import MAIL, events
from tests.mail.test_commands import flask
from tests.people import READER, Person, Site
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.mail import trashing
from wiki.mail.formats import mbox
from wiki.mail.message import RawMessage
from wiki.mail.models import Message
from wiki.permissions.catalogue import Permission
from wiki.search import configured, indexer

EXPORT = f"{MAIL}/export"
OCTOBER, NOVEMBER = (datetime(2026, month, 5, 9, 0, tzinfo=UTC) for month in (10, 11))


def raws(*ids: int) -> list[bytes]:
    with reading() as session:
        return [blob_store().read(session.get_one(Message, each).sha256) for each in ids]


def export(person: Person, url: str = EXPORT, kind: str = "mbox") -> TestResponse:
    return person.client.post(url, data={"format": kind})


def in_mbox(answer: TestResponse) -> list[bytes]:
    assert answer.status_code == 200
    return [each.content for each in mbox.read(io.BytesIO(answer.data))]


def in_zip(answer: TestResponse) -> dict[str, bytes]:
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
def months(site: Site) -> list[int]:
    """Two messages of October and one of November, not in the order of their dates."""
    letters = [Letter(date=OCTOBER.replace(day=9)), Letter(date=NOVEMBER), Letter(date=OCTOBER)]
    first, last, second = make_messages(site.team, letters)
    return [second, first, last]


@pytest.fixture
def indexed(app: Flask) -> Iterator[Callable[[], int]]:
    """A way to bring mail into the index, which is closed at the end."""
    yield indexer.drain
    configured.search_backend().close()


def test_a_whole_space_comes_out_in_the_order_of_dates(alice: Person, months: list[int]) -> None:
    answer = export(alice)

    assert in_mbox(answer) == raws(*months)
    assert answer.headers["Content-Disposition"] == "attachment; filename=TEAM-mail.mbox"
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_month_and_a_year_come_out_alone(bob: Person, months: list[int]) -> None:
    assert in_mbox(export(bob, f"{EXPORT}?month=2026-10")) == raws(*months[:2])
    assert in_mbox(export(bob, f"{EXPORT}?month=2026")) == raws(*months)


def test_a_thread_comes_out_alone(bob: Person, site: Site, months: list[int]) -> None:
    talk = make_conversation(site.team)
    with reading() as session:
        thread = session.get_one(Message, talk[0]).thread_id
    answer = export(bob, f"{EXPORT}?thread={thread}")

    assert in_mbox(answer) == raws(*talk)
    assert f"TEAM-mail-thread-{thread}.mbox" in answer.headers["Content-Disposition"]
    assert f"{EXPORT}?thread={thread}" in bob.client.get(f"{MAIL}/threads/{thread}").text


def test_the_whole_space_needs_the_right_to_export_it(bob: Person, site: Site, months: list[int]) -> None:
    assert export(bob).status_code == 403
    assert bob.client.get(EXPORT).status_code == 403
    assert f'"{EXPORT}"' not in bob.client.get(MAIL).text
    site.allow(bob, site.team, READER | {Permission.SPACE_EXPORT})

    assert len(in_mbox(export(bob))) == 3
    assert f'"{EXPORT}"' in bob.client.get(MAIL).text


def test_nothing_of_another_space_comes_out_by_its_numbers(
    site: Site, charlie: Person, indexed: Callable[[], int]
) -> None:
    secret = make_conversation(site.team)
    mine = site.space("MINE")
    site.allow(charlie, mine, READER | {Permission.SPACE_EXPORT})
    with reading() as session:
        thread = session.get_one(Message, secret[0]).thread_id
    indexed()

    for url in (f"/spaces/MINE/mail/export?thread={thread}", "/spaces/MINE/mail/export", "/mail/export?q=turn"):
        answer = charlie.client.post(url, data={"format": "mbox"})
        assert answer.status_code == 422
        assert "no mail to export" in answer.text


def test_the_trash_stays_where_it_is(alice: Person, site: Site, months: list[int]) -> None:
    with transaction() as session:
        trashing.trash_message(alice.actor, session.get_one(Message, months[0]))

    assert in_mbox(export(alice)) == raws(*months[1:])


def test_what_a_search_found_comes_out(
    alice: Person, site: Site, months: list[int], indexed: Callable[[], int]
) -> None:
    other = site.space("OTHER")
    site.allow(alice, other, READER)
    here = make_message(site.team, text="A walrus on the beach.\n")
    there = make_message(other, text="Another walrus.\n")
    hidden = make_message(site.space("HIDDEN"), text="A hidden walrus.\n")
    indexed()

    page = alice.client.get("/search?q=walrus&type=mail").text
    assert "/mail/export?q=walrus" in page
    assert sorted(in_mbox(export(alice, "/mail/export?q=walrus"))) == sorted(raws(here, there))
    assert in_mbox(export(alice, f"/mail/export?q=walrus&space_id={site.team}")) == raws(here)
    assert raws(hidden)
    assert export(alice, "/mail/export?q=nowhere").status_code == 422
    assert export(alice, "/mail/export?q=**").status_code == 422


def test_a_zip_of_eml_files_has_a_name_for_each_and_a_manifest(alice: Person, site: Site) -> None:
    subjects = ["Plan/../../etc", "..\\..\\x\u202e", "Grüße " * 60, "", "a\nb", "\U0001f600" * 90, "-rf *"]
    ids = make_messages(site.team, [Letter(subject=each.replace("\n", " ")) for each in subjects])
    found = in_zip(export(alice, kind="eml"))
    manifest = [json.loads(line) for line in found.pop("manifest.jsonl").splitlines()]

    assert list(found.values()) == raws(*ids)
    with reading() as session:
        rows = [session.get_one(Message, each) for each in ids]
        expected = [(row.sha256, row.size, row.message_id, row.subject) for row in rows]
    assert [(line["sha256"], line["size"], line["message_id"], line["subject"]) for line in manifest] == expected
    assert [line["file"] for line in manifest] == list(found)
    assert all(line["date"].startswith("2026-11-02T") for line in manifest)
    for name in found:
        *folders, last = name.split("/")
        assert folders == ["TEAM-mail", "2026-11"]
        assert len(last.encode()) <= 255
        assert not set(last) & set("\\:*?\u202e\n")


def test_a_maildir_has_its_three_folders_and_a_file_for_each_message(alice: Person, months: list[int]) -> None:
    found = in_zip(export(alice, kind="maildir"))
    manifest = [json.loads(line) for line in found.pop("manifest.jsonl").splitlines()]

    for folder in ("cur", "new", "tmp"):
        assert found.pop(f"TEAM-mail/{folder}/") == b""
    assert [found[line["file"]] for line in manifest] == list(found.values()) == raws(*months)
    assert all(name.startswith("TEAM-mail/cur/") and name.endswith(".postroom:2,S") for name in found)


def test_the_manifest_of_an_mbox_says_where_each_message_begins(alice: Person, months: list[int]) -> None:
    found = in_zip(export(alice, kind="mbox.zip"))
    lines = [json.loads(line) for line in found["manifest.jsonl"].splitlines()]
    data = io.BytesIO(found["TEAM-mail.mbox"])

    for line, raw in zip(lines, raws(*months), strict=True):
        data.seek(line["offset"])
        assert next(iter(mbox.read(data))).content == raw


def test_what_the_store_has_lost_or_damaged_is_named_and_does_not_stop_the_rest(
    app: Flask, alice: Person, months: list[int]
) -> None:
    with reading() as session:
        lost, damaged = (session.get_one(Message, each).sha256 for each in months[:2])
    blobs = app.config["DATA"] / "blobs"
    (blobs / lost[:2] / lost[2:]).unlink()
    (blobs / damaged[:2] / damaged[2:]).write_bytes(b"flipped")

    found = in_zip(export(alice, kind="eml"))
    troubles = [json.loads(line).get("trouble", "") for line in found["manifest.jsonl"].splitlines()]
    assert ["missing" in troubles[0], "damaged" in troubles[1], troubles[2]] == [True, True, ""]
    assert list(found.values())[:-1] == [b"flipped", *raws(months[2])]


def test_every_export_is_on_record_before_its_first_byte(alice: Person, site: Site, months: list[int]) -> None:
    answer = alice.client.post(f"{EXPORT}?month=2026-10", data={"format": "eml"}, buffered=False)
    [event] = [each for each in events(f"space:{site.team}") if each.tag == "mail:exported"]
    answer.close()

    assert event.actor_name == "alice"
    assert event.details["messages"] == 2
    assert (event.details["what"], event.details["format"]) == ("October 2026", "eml")


def test_showing_the_form_and_asking_for_nonsense_exports_nothing(alice: Person, site: Site, months: list[int]) -> None:
    page = alice.client.get(EXPORT)
    assert "3 messages" in page.text
    assert "trash is not exported" in page.text
    assert export(alice, kind="docx").status_code == 422
    assert export(alice, f"{EXPORT}?month=2026-13").status_code == 404
    assert [each for each in events(f"space:{site.team}") if each.tag == "mail:exported"] == []


def test_a_terminal_writes_a_whole_file_or_none(app: Flask, site: Site, months: list[int], tmp_path: Path) -> None:
    done = flask(app, "mail", "export", "TEAM", "--to", str(tmp_path / "team.mbox"))
    assert (done.exit_code, "3 messages exported" in done.output) == (0, True)
    assert sorted(path.name for path in tmp_path.glob("team*")) == ["team.mbox", "team.mbox.manifest.jsonl"]
    lines = (tmp_path / "team.mbox.manifest.jsonl").read_text().splitlines()
    assert len(lines) == 3
    with (tmp_path / "team.mbox").open("rb") as stream:
        assert [each.content for each in mbox.read(stream)] == raws(*months)

    for kind in ("eml", "maildir", "mbox"):
        path = tmp_path / f"{kind}.zip"
        assert (
            flask(app, "mail", "export", "TEAM", "--to", str(path), "--format", kind, "--month", "2026-10").exit_code
            == 0
        )
        with zipfile.ZipFile(path) as opened:
            assert len(opened.read("manifest.jsonl").splitlines()) == 2
    refused = flask(app, "mail", "export", "TEAM", "--to", str(tmp_path / "no" / "x.mbox"))
    assert (refused.exit_code, "could not be written" in refused.output) == (1, True)
    assert flask(app, "mail", "export", "TEAM", "--to", "x", "--month", "November").exit_code == 1
    assert list(tmp_path.glob(".*")) == []


def test_bytes_of_every_kind_come_out_as_they_were_archived(alice: Person, site: Site) -> None:
    nasty = [b"From: a\r\n\r\nFrom here\r\n>From there\0\xff\r", b"a: b\n\nFrom x\n\n\n", b"From ann\nSubject: x\n\n"]
    archive(site.team, [RawMessage(each, NOVEMBER) for each in nasty])
    assert sorted(in_mbox(export(alice))) == sorted(nasty)
    with reading() as session:
        hashes = session.scalars(select(Message.sha256).order_by(Message.date, Message.id)).all()
    found = in_zip(export(alice, kind="eml"))
    assert [RawMessage(each).sha256 for each in list(found.values())[:-1]] == hashes
