"""What belongs to a part of the wiki that is switched off does not run, whoever asks for it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.accounts import add_account
from tests.people import Person, Site
from tests.servers.pymap import PymapMailbox
from wiki import settings
from wiki.db import reading, transaction
from wiki.jobs import registry, runner, service
from wiki.jobs.models import JobRequest, JobRun, RequestState
from wiki.jobs.progress import Progress
from wiki.jobs.registry import Job, jobs
from wiki.mail.models import MailAccount
from wiki.mail.subjects import CERTIFY_JOB, FETCH_JOB, account_subject


def switch(*, on: bool) -> None:
    with transaction():
        settings.put("mail.enabled", on)


@pytest.fixture
def done(app: Flask) -> list[str]:
    """What a job of the mail archive and one of the wiki itself have done."""
    found: list[str] = []

    def doing(name: str) -> registry.Run:
        def run(_arguments: object, _progress: Progress) -> str:
            found.append(name)
            return "Done."

        return run

    registry.install(app, [Job("mail.some", "Some", doing("mail"), feature="mail"), Job("any", "Any", doing("wiki"))])
    return found


def test_only_what_is_on_runs_on_schedule_and_leaves_no_history_otherwise(done: list[str]) -> None:
    switch(on=False)
    for job in jobs().values():
        runner.run_scheduled(job)
    assert done == ["wiki"]
    with reading() as session:
        assert session.scalars(select(JobRun.job)).all() == ["any"]

    switch(on=True)
    runner.run_scheduled(jobs()["mail.some"])
    assert done == ["wiki", "mail"]


def test_a_request_is_refused_with_a_sentence_and_may_be_made_again(done: list[str]) -> None:
    switch(on=False)
    with transaction():
        asked = service.request("mail.some", "mail:1", "alice").id
    runner.run_request(asked)
    with reading() as session:
        refused = session.get_one(JobRequest, asked)
        assert (refused.state, refused.result) == (RequestState.FAILED, runner.SWITCHED_OFF)
        assert refused.finished_at is not None

    switch(on=True)
    with transaction():
        again = service.request("mail.some", "mail:1", "alice").id
    runner.run_request(again)
    assert (again != asked, done) == (True, ["mail"])


def test_no_job_of_the_mail_archive_but_clearing_uploads_runs_while_it_is_off(app: Flask, site: Site) -> None:
    switch(on=False)
    of_mail = {job.name: job.is_on for job in jobs().values() if job.name.startswith("mail.")}
    assert {name for name, is_on in of_mail.items() if is_on} == {"mail.sweep_uploads"}


@pytest.mark.parametrize("name", [FETCH_JOB, CERTIFY_JOB])
def test_no_mail_server_is_asked_while_mail_is_off(
    app: Flask, site: Site, alice: Person, pymap_server: PymapMailbox, name: str
) -> None:
    account = add_account(app, site.team, pymap_server)
    switch(on=False)
    with transaction():
        asked = service.request(name, account_subject(account), "alice", account_id=account).id

    runner.run_request(asked)

    with reading() as session:
        assert session.get_one(JobRequest, asked).result == runner.SWITCHED_OFF
        assert session.get_one(MailAccount, account).last_fetch_at is None
        assert session.scalar(select(func.count()).select_from(JobRun)) == 0
