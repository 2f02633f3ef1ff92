"""An import that is killed anywhere goes on where it was: nothing is lost, nothing is doubled, memory stays small.

What must hold: docs/reliability.md, section 5.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.kill.import_child import POINTS
from tests.mail.packing import mailbox, note, zipped
from tests.people import Site
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.mail.importing import transfer
from wiki.mail.message import RawMessage
from wiki.mail.models import MailImport, Message

PROJECT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 300 * 1024
BODY = random.Random(35).randbytes(16_000).hex().encode()


def run_child(app: Flask, import_id: int, point: str, times: int) -> subprocess.CompletedProcess[str]:
    data = app.config["DATA"]
    return subprocess.run(
        [sys.executable, "-m", "tests.kill.import_child", str(data), str(import_id), point, str(times)],
        cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def assert_whole_so_far(wanted: set[str]) -> None:
    with reading() as session:
        hashes = list(session.scalars(select(Message.sha256)))
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    assert len(hashes) == len(set(hashes))
    assert set(hashes) <= wanted
    assert all(blob_store().verify(each) for each in hashes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pack", "number", "kills"),
    [(lambda many: mailbox(*many), 900, 5), (lambda many: zipped({"a/Inbox": mailbox(*many)}), 300, 2)],
    ids=["mbox of 30 MB", "zip"],
)
def test_a_killed_import_loses_and_doubles_nothing(
    app: Flask, site: Site, tmp_path: Path, pack: Callable[[list[bytes]], bytes], number: int, kills: int
) -> None:
    many = [note(each, BODY[each:] + b"\n") for each in range(number)]
    wanted = {RawMessage(each).sha256 for each in many}
    path = tmp_path / "old mail"
    path.write_bytes(pack(many))
    with transaction() as session:
        import_id = transfer.begin(session, site.team, path, "a test")

    dice = random.Random(import_id)
    for point in dice.sample(list(POINTS), kills):
        times = dice.randrange(1, 50) if point == "among the blobs" else 1
        assert run_child(app, import_id, point, times).returncode == -signal.SIGKILL
        assert_whole_so_far(wanted)
    done = run_child(app, import_id, "never", 1)

    assert done.returncode == 0, done.stderr
    result, memory = done.stdout.splitlines()
    assert result == f"{number} archived, 0 already there, 0 set aside."
    assert int(memory) <= MOST_MEMORY
    assert_whole_so_far(wanted)
    with reading() as session:
        finished = session.get_one(MailImport, import_id)
        assert (finished.archived, finished.error) == (number, "")
        assert set(session.scalars(select(Message.sha256))) == wanted
