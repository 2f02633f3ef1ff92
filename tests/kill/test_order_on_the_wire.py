"""No STORE, EXPUNGE, MOVE, DELE or QUIT leaves before the blobs, their folders and the database are synced.

A killed process keeps the page cache, so that no kill shows what a power cut would: the order of the system calls does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kill.archive import Archive, letters
from tests.kill.conftest import Open
from tests.kill.forks import PROJECT
from tests.kill.invariants import sha256
from tests.kill.order_on_the_wire import OPTIONS, violations
from tests.servers.machine import required_program
from wiki.db import transaction
from wiki.extensions import db
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.transport.endpoint import Protocol

FORBIDDEN = (
    "strace may not trace here. It is allowed by `sysctl kernel.yama.ptrace_scope=0`, or in a container by "
    "`docker run --cap-add=SYS_PTRACE`."
)


def traced(archive: Archive, log: Path, **values: object) -> str:
    """Fetch under strace, and give its log."""
    strace = required_program("strace", "Debian's strace")
    db.session.remove()
    order = archive.order(**values).as_line()
    command = [strace, *OPTIONS, "-o", str(log), sys.executable, "-m", "tests.kill.child", order]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        if os.environ.get("CI") == "true":
            pytest.fail(FORBIDDEN)
        pytest.skip(FORBIDDEN)
    assert done.returncode == 0, done.stdout + done.stderr
    return log.read_text(errors="replace")


def blobs(archive: Archive, contents: list[bytes]) -> dict[int, str]:
    """The blob of each message by its number, which is its UID too in a mailbox that is new."""
    store = archive.app.extensions["postroom.blobs"]
    by_hash = (store.path(sha256(content)) for content in contents)
    return {number: str(path) for number, path in enumerate(by_hash, 1)}


@pytest.mark.dovecot
@pytest.mark.parametrize(
    ("protocol", "after_archiving", "many"),
    [
        (Protocol.IMAP, AfterArchiving.DELETE, 1000),
        (Protocol.IMAP, AfterArchiving.DELETE, 2),
        (Protocol.IMAP, AfterArchiving.MOVE, 1000),
        (Protocol.POP, AfterArchiving.DELETE, 1000),
        (Protocol.POP, AfterArchiving.DELETE, 2),
    ],
    ids=["imap, file by file", "imap, file system", "imap, moving", "pop, file by file", "pop, file system"],
)
def test_nothing_is_removed_before_the_archive_is_durable(
    archive_over: Open, tmp_path: Path, protocol: Protocol, after_archiving: AfterArchiving, many: int
) -> None:
    archive = archive_over(protocol)
    with transaction() as session:
        account = session.get_one(MailAccount, archive.account)
        account.after_archiving, account.move_to = after_archiving, "Kept"
    contents = letters(6)
    archive.deliver(*contents)
    log = traced(archive, tmp_path / "log", many=many, is_plain=True)
    found, asked = violations(log, blobs(archive, contents))
    assert asked == set(range(1, 7))
    assert found == []
    assert archive.mailbox.messages() == []
