"""An import is cancelled, stopped by an error and gone on with; uploads that nobody needs are removed."""

from __future__ import annotations

import errno
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.packing import ENVELOPE, mailbox, note
from tests.mail.screens import IMPORTS, events
from tests.mail.test_commands import flask
from tests.mail.test_import_mailbox import upload, uploads
from tests.people import Person, Site
from wiki.blobs.local import LocalBlobStore
from wiki.db import reading
from wiki.errors import Conflict
from wiki.extensions import db
from wiki.jobs import runner
from wiki.jobs.models import JobRequest, RequestState
from wiki.jobs.progress import Silent
from wiki.jobs.registry import jobs
from wiki.mail.importing import transfer
from wiki.mail.models import MailImport, Message
from wiki.permissions.catalogue import SPACE_PERMISSIONS

LETTERS = [note(number) for number in range(500)]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "BATCH_MESSAGES", 200)


@pytest.fixture
def uploaded(alice: Person) -> int:
    """An upload of five hundred messages that waits for the worker."""
    assert upload(alice, mailbox(*LETTERS)).status_code == 303
    with reading() as session:
        return session.scalars(select(MailImport.id)).one()


def work() -> None:
    """Do what the worker would do next."""
    with reading() as session:
        waiting = session.scalars(select(JobRequest.id).where(JobRequest.state == RequestState.QUEUED)).all()
    for request in waiting:
        runner.run_request(request)


def state(import_id: int) -> tuple[int, str, bool]:
    with reading() as session:
        entry = session.get_one(MailImport, import_id)
        return entry.archived, entry.error, entry.finished_at is not None


def full_disk_after(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put_many, left = LocalBlobStore.put_many, iter(range(batches))

    def put(self: LocalBlobStore, contents: list[bytes]) -> list[str]:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return put_many(self, contents)

    monkeypatch.setattr(LocalBlobStore, "put_many", put)


def test_an_import_that_waits_is_cancelled_and_does_nothing(alice: Person, uploaded: int) -> None:
    assert alice.client.post(f"{IMPORTS}/{uploaded}/cancel").status_code == 303
    db.session.rollback()
    work()

    assert state(uploaded) == (0, "Cancelled by alice. What was archived before stays.", True)
    page = alice.client.get(IMPORTS).text
    assert "Cancelled by alice" in page
    assert "/cancel" not in page
    assert events(f"mail-import:{uploaded}")[-1].tag == "mail:import-cancelled"


def test_an_import_that_runs_stops_at_its_next_batch_and_keeps_what_it_has(
    app: Flask, alice: Person, uploaded: int
) -> None:
    class Impatient:
        def tell(self, done: int, total: int | None = None) -> None:
            with app.app_context():
                assert alice.client.post(f"{IMPORTS}/{uploaded}/cancel").status_code in {303, 409}

    result = transfer.run(uploaded, Impatient())

    assert result == "Cancelled by alice. What was archived before stays."
    archived, _, is_finished = state(uploaded)
    assert (archived, is_finished) == (transfer.BATCH_MESSAGES, True)
    assert uploads(app) == []


def test_a_full_disk_stops_an_import_and_a_click_lets_it_go_on(
    app: Flask, alice: Person, uploaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full_disk_after(1, full)
        work()
    assert state(uploaded) == (transfer.BATCH_MESSAGES, "", False)
    assert len(uploads(app)) == 1
    page = alice.client.get(IMPORTS).text
    assert "No space left on device" in page
    assert f"{IMPORTS}/{uploaded}/resume" in page

    assert alice.client.post(f"{IMPORTS}/{uploaded}/resume").status_code == 303
    db.session.rollback()
    work()

    assert state(uploaded) == (500, "", True)
    with reading() as session:
        assert session.get_one(MailImport, uploaded).duplicates == 0
        assert session.scalar(select(func.count()).select_from(Message)) == 500
    assert uploads(app) == []


def test_what_has_ended_is_neither_cancelled_nor_gone_on_with(alice: Person, uploaded: int) -> None:
    db.session.rollback()
    work()
    for verb in ("cancel", "resume"):
        answer = alice.client.post(f"{IMPORTS}/{uploaded}/{verb}")
        assert (answer.status_code, "has ended" in answer.text) == (409, True)


def test_the_import_of_another_space_is_not_found(site: Site, alice: Person, uploaded: int) -> None:
    other = site.space("OTHER")
    site.allow(alice, other, SPACE_PERMISSIONS)
    for verb in ("cancel", "resume"):
        path = f"/spaces/OTHER/integrations/mailbox-import/{uploaded}/{verb}"
        assert alice.client.post(path).status_code == 404


def test_uploads_that_nobody_needs_any_more_are_removed_after_a_day(app: Flask, alice: Person, uploaded: int) -> None:
    [wanted] = uploads(app)
    orphan, fresh = wanted.with_name("mailbox-orphan"), wanted.with_name("mailbox-fresh")
    for path in (orphan, fresh):
        path.write_bytes(b"x")
    for path in (orphan, wanted):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    sweep = jobs()["mail.sweep_uploads"]

    assert sweep.run({}, Silent()) == "Removed 1 upload that no import needs."
    assert uploads(app) == sorted([wanted, fresh])
    alice.client.post(f"{IMPORTS}/{uploaded}/cancel")
    db.session.rollback()
    assert sweep.run({}, Silent()) == "Removed 1 upload that no import needs."
    assert sweep.run({}, Silent()) is None
    assert uploads(app) == [fresh]


def test_a_command_that_was_killed_goes_on_where_it_was(
    app: Flask, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.team
    path = tmp_path / "old.mbox"
    path.write_bytes(mailbox(*LETTERS))
    with monkeypatch.context() as full:
        full_disk_after(1, full)
        stopped = flask(app, "mail", "import", "TEAM", str(path))
    assert (stopped.exit_code, "No space left" in stopped.output) == (1, True)
    done = flask(app, "mail", "import", "TEAM", str(path), "--json")
    assert '"archived": 500, "duplicates": 0' in done.stdout
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(MailImport)) == 1


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_mailbox_whose_first_separator_has_no_date_comes_apart_the_same_when_its_import_was_killed(
    app: Flask, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: Callable[[bytes], bytes]
) -> None:
    assert site.team
    separators = [b"From ann\n", ENVELOPE, b"From ann\n", b"From ann\n"]
    path = tmp_path / "old.mbox"
    path.write_bytes(packed(b"".join(line + note(number) + b"\n" for number, line in enumerate(separators))))
    monkeypatch.setattr(transfer, "BATCH_MESSAGES", 1)
    with monkeypatch.context() as full:
        full_disk_after(1, full)
        assert flask(app, "mail", "import", "TEAM", str(path)).exit_code == 1

    done = flask(app, "mail", "import", "TEAM", str(path), "--json")
    assert '"archived": 4, "duplicates": 0' in done.stdout
    with reading() as session:
        subjects = session.scalars(select(Message.subject).order_by(Message.subject)).all()
    assert subjects == ["Note 0", "Note 1", "Note 2", "Note 3"]


def test_a_folder_of_the_server_is_imported_from_the_screen(app: Flask, alice: Person, tmp_path: Path) -> None:
    app.config["IMPORT_FOLDERS"] = (tmp_path / "allowed",)
    maildir = tmp_path / "allowed" / "Maildir" / "cur"
    maildir.mkdir(parents=True)
    for number in range(3):
        (maildir / f"{number}:2,S").write_bytes(note(number))

    answer = alice.client.post(IMPORTS, data={"path": str(maildir.parent)})
    assert answer.status_code == 303
    db.session.rollback()
    work()

    assert "Done" in alice.client.get(IMPORTS).text
    with reading() as session:
        [entry] = session.scalars(select(MailImport))
        assert (entry.archived, entry.size, entry.offset) == (3, 3 * len(note(1)), 3 * len(note(1)))


def test_two_cannot_import_the_same_at_once(uploaded: int) -> None:
    class Second:
        def tell(self, done: int, total: int | None = None) -> None:
            with pytest.raises(Conflict, match="being imported just now"):
                transfer.run(uploaded, Silent())

    transfer.run(uploaded, Second())
    assert state(uploaded) == (500, "", True)
