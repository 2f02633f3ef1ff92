"""SIGKILL at each step of the protocol: nothing lost, nothing doubled, and one clean run puts all in order.

The invariants are those of the design: I1 every message ever served is on the server or in the archive with its hash;
I2 no duplicate hash; I3 no row without its blob; I4 another client's message stays; I5 the database is whole;
I6 one clean run converges and leaves no temporary file.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.kill.child import IMAP_POINTS, POP_POINTS
from tests.mail.accounts import add_account, letter
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki.blobs.configured import blob_store
from wiki.db import reading
from wiki.extensions import db
from wiki.mail.models import AfterArchiving, Message
from wiki.mail.transport.endpoint import Protocol

PROJECT = Path(__file__).resolve().parents[2]
LETTERS = [letter(number) for number in range(1, 8)]
pytestmark = pytest.mark.dovecot


def run_child(app: Flask, account: int, point: str, times: int) -> int:
    settings = {
        "MAIL_ALLOW_HOSTS": sorted(app.config["MAIL_ALLOW_HOSTS"]),
        "MAIL_CA_FILE": app.config["MAIL_CA_FILE"],
    }
    db.session.remove()
    command = [
        sys.executable, "-m", "tests.kill.child",
        str(app.config["DATA"]), str(account), point, str(times), json.dumps(settings),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "POSTROOM_DATA": str(app.config["DATA"])}
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, timeout=60, check=False)
    return done.returncode


def assert_nothing_lost_or_doubled(app: Flask, mailbox: DovecotMailbox, space_id: int) -> None:
    with reading() as session:
        hashes = list(session.scalars(select(Message.sha256).where(Message.space_id == space_id)))
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"  # I5
    on_server = {hashlib.sha256(content).hexdigest() for content in mailbox.messages()}
    served = {hashlib.sha256(content).hexdigest() for content in LETTERS}
    assert served <= on_server | {each for each in hashes if blob_store().verify(each)}  # I1
    assert len(hashes) == len(set(hashes))  # I2
    assert all(each in blob_store() for each in hashes)  # I3


def assert_converged(app: Flask, mailbox: DovecotMailbox, space_id: int) -> None:
    assert_nothing_lost_or_doubled(app, mailbox, space_id)
    assert mailbox.messages() == []
    with reading() as session:
        assert len(session.scalars(select(Message.id)).all()) == len(LETTERS)


def kill_then_recover(app: Flask, site: Site, mailbox: DovecotMailbox, protocol: Protocol, point: str) -> None:
    for each in LETTERS:
        mailbox.deliver(each)
    account = add_account(app, site.team, mailbox, protocol, after_archiving=AfterArchiving.DELETE)
    for times in (1, 2):
        code = run_child(app, account, point, times)
        assert code in {-signal.SIGKILL, 0}
        if times == 1:
            assert code == -signal.SIGKILL, "the point was never reached"
        assert_nothing_lost_or_doubled(app, mailbox, site.team)
    # POP3 learns only from the next session's listing what QUIT deleted.
    assert run_child(app, account, "never", 1) == 0
    assert_converged(app, mailbox, site.team)


@pytest.mark.parametrize("point", IMAP_POINTS)
def test_killed_while_fetching_over_imap(app: Flask, site: Site, dovecot: DovecotMailbox, point: str) -> None:
    kill_then_recover(app, site, dovecot, Protocol.IMAP, point)


@pytest.mark.parametrize("point", POP_POINTS)
def test_killed_while_fetching_over_pop(app: Flask, site: Site, dovecot: DovecotMailbox, point: str) -> None:
    kill_then_recover(app, site, dovecot, Protocol.POP, f"pop {point}")
