"""The worker is killed between storing and deleting, and between deleting and knowing; tests/kill has every step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures.rows import shows
from tests.failures.world import AnyScript, World, mailbox, maildrop
from tests.kill.child import Order
from tests.mail.accounts import letter
from tests.servers.scripted import ScriptedServer
from wiki.extensions import db

LETTERS = [letter(number) for number in range(1, 5)]
KINDS = {"imap": mailbox, "pop": maildrop}
PROJECT = Path(__file__).resolve().parents[2]


def killed_at(world: World, account: int, point: str) -> int:
    settings = {"MAIL_ALLOW_HOSTS": sorted(world.app.config["MAIL_ALLOW_HOSTS"]), "MAIL_CA_FILE": None}
    db.session.remove()
    data = str(world.app.config["DATA"])
    order = Order(data, account, settings, point)
    command = [sys.executable, "-m", "tests.kill.child", order.as_line()]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "POSTROOM_DATA": data}
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, timeout=60, check=False)
    assert done.returncode < 0, done.stderr.decode()[-1500:]
    return done.returncode


@shows("crash before delete", "fault h: killed after store")
@pytest.mark.parametrize(
    ("kind", "point"),
    [("imap", "after commit"), ("pop", "pop after quit")],
)
def test_a_kill_between_storing_and_knowing_loses_and_doubles_nothing(world: World, kind: str, point: str) -> None:
    script: AnyScript = KINDS[kind](LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        assert killed_at(world, account, point) == -signal.SIGKILL
        world.assert_nothing_lost(LETTERS, script)
        world.fetch(account)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)
        assert script.messages == {}
