"""The worker reads attachments in its own time; whatever happens to one, the others are read."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import Attached, Letter, archive, make_message, make_messages
from tests.mail.extraction import files
from tests.people import Site
from wiki import settings
from wiki.blobs.configured import blob_store
from wiki.bounded.bounds import MEBIBYTE
from wiki.bounded.child import Child
from wiki.db import transaction
from wiki.extensions import db
from wiki.jobs import runner
from wiki.jobs.lease import lease
from wiki.jobs.registry import jobs
from wiki.mail.extraction import reading
from wiki.mail.extraction.models import AttachmentPage, AttachmentText, TextState
from wiki.mail.extraction.readers import asking
from wiki.mail.extraction.readers.asking import NOT_FOUND
from wiki.mail.message import RawMessage
from wiki.mail.models import Message, MessagePart
from wiki.mail.parser_process import parser_process

FRAGILE = "tests.mail.extraction.fragile_reader:answer"
LONG = files.pdf(["word " * 4_000])


def attached(content: bytes, name: str = "file.bin") -> Attached:
    return Attached(content, disposition=f'attachment; filename="{name}"')


def states() -> list[tuple[str, str, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(AttachmentText).order_by(AttachmentText.id))
    return [(row.state, row.note, row.attempts) for row in rows]


def test_the_same_bytes_are_read_once(site: Site) -> None:
    report = attached(files.pdf(["Roofs"]))
    make_messages(site.team, [Letter(attached=[report]), Letter(attached=[report, attached(files.word("Tiles"))])])

    assert reading.read_waiting() == 2
    assert reading.read_waiting() == 0

    texts = [page.text for page in db.session.scalars(select(AttachmentPage).order_by(AttachmentPage.id))]
    assert texts == ["Roofs", "Tiles"]


def test_a_file_that_cannot_be_read_is_given_up_after_three_tries_and_costs_the_others_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READER", FRAGILE)
    make_messages(site.team, [Letter(attached=[attached(LONG)]), Letter(attached=[attached(files.pdf(["Roofs"]))])])

    assert reading.read_waiting() == 4

    assert states() == [
        ("given-up", "This file could not be read. It made the program that read it stop.", 3),
        ("read", "", 1),
    ]


class Ended(BaseException):
    """The end of the worker, which nothing may catch."""


def test_a_try_counts_even_when_the_worker_ends_in_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    with monkeypatch.context() as dying, pytest.raises(Ended):
        dying.setattr(Child, "ask", lambda *_: (_ for _ in ()).throw(Ended))
        reading.read_waiting()
    assert states() == [("waiting", "", 1)]

    assert reading.read_waiting() == 1
    assert states() == [("read", "", 2)]


def test_what_ended_three_workers_is_not_opened_a_fourth_time(site: Site) -> None:
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    with transaction() as session:
        session.execute(update(AttachmentText).values(attempts=3))

    assert reading.read_waiting() == 0

    assert states() == [("given-up", "This file could not be read. Each try ended before its time.", 3)]


def test_a_child_that_is_killed_is_replaced(site: Site) -> None:
    made = make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    child = parser_process(reading.READER)
    child.ask(asking.question(blob_store().path(db.session.get_one(Message, made).sha256), 0, ""))
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)

    reading.read_waiting()

    assert states()[0][0] == TextState.READ


@pytest.mark.slow
def test_the_attachments_of_a_message_as_large_as_is_taken_are_read(site: Site) -> None:
    """A small one, and one that is most of the message: neither comes through this process."""
    head = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="part"\n\n--part\n'
    packed = b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
    report = b'\n--part\nContent-Type: application/pdf; name="report.pdf"\n\n' + files.pdf(["Roofs"]) + b"\n--part--\n"
    archive(site.team, [RawMessage(head + packed + base64.encodebytes(os.urandom(100 * MEBIBYTE)) + report)])

    assert reading.read_waiting() == 2

    assert [state for state, _, _ in states()] == ["read", "read"]
    assert [page.text for page in db.session.scalars(select(AttachmentPage))] == ["Roofs"]


def test_the_reader_has_the_limits_that_are_configured(app: Flask, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["MAIL_PARSE_SECONDS"] = 1
    monkeypatch.setattr(reading, "READER", "tests.mail.extraction.fragile_reader:sleep")
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])

    reading.read_waiting(longest=0.1)

    assert states() == [("waiting", "This file could not be read. It took longer than 1 second.", 1)]


def test_a_message_without_its_bytes_is_named_as_the_trouble(site: Site, data: Path) -> None:
    made = make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    sha256 = db.session.get_one(Message, made).sha256
    (data / "blobs" / sha256[:2] / sha256[2:]).unlink()

    reading.read_waiting()

    assert states() == [("given-up", "This file could not be read. Its message is missing from the store.", 3)]


def test_what_is_not_the_part_that_was_meant_is_not_read(site: Site) -> None:
    """The parser may have changed since: a number alone could lead to another part."""
    make_message(site.team, attached=[attached(files.pdf(["Roofs"])), attached(files.pdf(["Tiles"]))])
    with transaction() as session:
        session.execute(update(MessagePart).values(number=MessagePart.number + 1))

    reading.read_waiting()

    assert states() == [("read", NOT_FOUND, 1), ("read", NOT_FOUND, 1)]


def test_two_workers_do_not_read_the_same(site: Site) -> None:
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    with lease("attachments"):
        assert reading.read_waiting() == 0


def test_a_run_ends_when_its_time_is_over(site: Site) -> None:
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    assert reading.read_waiting(longest=-1) == 0
    assert states()[0][0] == TextState.WAITING


def test_nothing_is_read_while_mail_is_off(site: Site) -> None:
    make_message(site.team, attached=[attached(files.pdf(["Roofs"]))])
    with transaction():
        settings.put("mail.enabled", False)

    runner.run_scheduled(jobs()["mail.attachments"])

    assert states()[0][0] == TextState.WAITING


def test_only_the_child_loads_the_libraries_that_read_files() -> None:
    """They would cost each web process time and memory, and hostile files are none of its business."""
    listed = "import sys, wiki.app; print(*{'docx', 'pptx', 'odf', 'pypdfium2', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
