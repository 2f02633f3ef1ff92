"""However many workers start, one works; what it is asked for gets done, and soon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.accounts import add_account, letter
from tests.people import Person, Site
from tests.servers.pymap import PymapMailbox
from wiki import settings
from wiki.db import reading, transaction
from wiki.jobs import runner, service
from wiki.jobs.lease import LENGTH
from wiki.jobs.models import JobRequest, JobRun, RequestState
from wiki.jobs.scheduler import is_somebody_working
from wiki.mail.models import MailAccount, Message
from wiki.search import query
from wiki.search.query import Asked

PROJECT = Path(__file__).resolve().parents[2]
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start(app: Flask) -> Iterator[Start]:
    """Start a worker on this test's data; all are ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "POSTROOM_DATA": str(app.config["DATA"]),
            "POSTROOM_MAIL_ALLOW_HOSTS": ",".join(app.config["MAIL_ALLOW_HOSTS"]),
            "POSTROOM_LOG_LEVEL": "WARNING",
            "FLASK_APP": "wsgi.py",
            "PYTHONPATH": str(PROJECT),
        }
        command = [str(Path(sys.executable).with_name("flask")), "worker"]
        running.append(subprocess.Popen(command, cwd=PROJECT, env=environment))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], bool], seconds: float = 30) -> float:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if what():
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError("It did not happen in time.")


def count(table: type[Message | JobRun]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_two_workers_fetch_an_account_once(app: Flask, site: Site, pymap_server: PymapMailbox, start: Start) -> None:
    pymap_server.deliver(letter(1))
    account = add_account(app, site.team, pymap_server)
    start(), start()

    def fetched() -> bool:
        with reading() as session:
            return session.get_one(MailAccount, account).last_fetch_ok is True

    wait_for(fetched)
    time.sleep(1)
    with reading() as session:
        runs = session.scalars(select(JobRun).where(JobRun.job == "mail.fetch")).all()
    assert [run.result for run in runs] == ["1 new message."]


def test_when_the_worker_is_killed_another_takes_over_and_finishes_what_was_begun(
    app: Flask, site: Site, start: Start
) -> None:
    first = start()
    with transaction():
        asked = service.request("search.rebuild", "job:search.rebuild", "alice").id

    def done() -> bool:
        with reading() as session:
            return session.get_one(JobRequest, asked).is_finished

    wait_for(done)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with transaction() as session:
        # As a killed worker leaves it.
        session.get_one(JobRequest, asked).state = RequestState.RUNNING
    start()
    wait_for(done)


def test_when_the_worker_is_killed_in_the_middle_of_a_fetch_another_finishes_it_within_the_lease(
    app: Flask, site: Site, pymap_server: PymapMailbox, start: Start
) -> None:
    letters = [letter(number, body=f"{number} words. " * 60_000) for number in range(30)]
    for each in letters:
        pymap_server.deliver(each)
    add_account(app, site.team, pymap_server)
    first = start()
    wait_for(lambda: count(Message) > 0)
    second = start()
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert 0 < count(Message) < len(letters), "the fetch was over before the worker was killed"
    assert wait_for(lambda: count(Message) == len(letters), LENGTH.total_seconds()) < LENGTH.total_seconds()
    assert second.poll() is None


def test_archived_mail_is_found_within_two_seconds(
    app: Flask, site: Site, pymap_server: PymapMailbox, bob: Person, start: Start
) -> None:
    pymap_server.deliver(letter(1, body="It smells of heliotrope."))
    account = add_account(app, site.team, pymap_server)
    start()
    wait_for(lambda: count(Message) == 1)
    with app.app_context():
        assert wait_for(lambda: query.search(bob.actor, Asked("heliotrope")).total == 1) < 2
    assert account


def test_a_worker_that_is_told_to_stop_stops(app: Flask, start: Start) -> None:
    process = start()
    wait_for(is_somebody_working)
    process.terminate()
    assert process.wait(15) == 0


def test_while_the_mail_archive_is_off_nothing_is_fetched_and_no_job_of_it_is_shown(
    app: Flask, site: Site, root: Person, pymap_server: PymapMailbox
) -> None:
    account = add_account(app, site.team, pymap_server)
    assert "Fetch mail that is due" in root.client.get("/admin/jobs").text
    with transaction():
        settings.put("mail.enabled", False)
        asked = service.request("mail.fetch", "mail-account:1", "alice", account_id=account).id
    assert "Fetch mail that is due" not in root.client.get("/admin/jobs").text
    runner.run_request(asked)
    with reading() as session:
        assert session.get_one(JobRequest, asked).state == RequestState.FAILED
        assert session.get_one(MailAccount, account).last_fetch_at is None
