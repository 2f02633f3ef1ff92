"""Doing a thing alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from wiki import clock
from wiki.db import reading, transaction
from wiki.jobs.lease import LeaseLost, LeaseTaken, lease
from wiki.jobs.models import Lease

PROJECT = Path(__file__).resolve().parents[2]


def test_a_second_one_is_refused_while_the_first_holds_it(app: Flask) -> None:
    with lease("work"), pytest.raises(LeaseTaken), lease("work"):
        pass


def test_it_can_be_had_again_after_it_was_given_back(app: Flask) -> None:
    with lease("work") as first:
        pass
    with lease("work") as second:
        assert second.token == first.token + 1


def test_a_process_that_was_killed_frees_it_at_once(app: Flask) -> None:
    script = (
        "import sys, time\n"
        "from tests.conftest import settings_for\n"
        "from pathlib import Path\n"
        "from wiki.app import create_app\n"
        "from wiki.jobs.lease import lease\n"
        "with create_app(settings_for(Path(sys.argv[1]))).app_context(), lease('work'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "POSTROOM_DATA": str(app.config["DATA"])}
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(app.config["DATA"])], env=environment, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(LeaseTaken), lease("work"):
            pass
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with lease("work"):
        pass


def test_a_holder_on_another_machine_is_respected_until_its_time_is_over(app: Flask) -> None:
    with transaction() as session:
        session.add(Lease(name="work", holder="elsewhere:1:a", token=7, expires_at=clock.now() + timedelta(seconds=30)))
    with pytest.raises(LeaseTaken), lease("work"):
        pass
    with transaction() as session:
        session.get_one(Lease, "work").expires_at = clock.now() - timedelta(seconds=1)
    with lease("work") as held:
        assert held.token == 8


def test_one_who_was_thought_dead_is_fenced_off(app: Flask) -> None:
    with lease("work") as held:
        with transaction() as session:
            session.get_one(Lease, "work").token += 1
        with pytest.raises(LeaseLost), transaction():
            held.confirm()
    with reading() as session:
        assert session.get_one(Lease, "work").token == held.token + 1
