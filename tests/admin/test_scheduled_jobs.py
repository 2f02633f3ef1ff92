"""The scheduled jobs: how they are doing, their history, and running one now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.people import Person
from wiki import clock
from wiki.admin import queries
from wiki.db import transaction
from wiki.extensions import db
from wiki.jobs import registry, runner
from wiki.jobs.lease import lease
from wiki.jobs.models import JobRequest, JobRun
from wiki.jobs.progress import Progress
from wiki.jobs.registry import Job


def _sweep(arguments: Mapping[str, object], progress: Progress) -> str:
    return "Swept the floor."


@pytest.fixture
def sweeping(adam: Person) -> Job:
    """A job that sweeps the floor every half hour, and one that nobody need know of."""
    job = Job("test.sweep", "Sweep the floor", _sweep, every=timedelta(minutes=30))
    registry.install(adam.client.application, [job, Job("test.hidden", "Hidden", _sweep, is_listed=False)])
    return job


def test_a_job_that_never_ran_says_so(adam: Person, sweeping: Job) -> None:
    page = adam.client.get("/admin/jobs").text

    assert "Sweep the floor" in page
    assert "nothing to tell yet" in page
    assert "Hidden" not in page


def test_it_is_told_whether_a_worker_is_running(adam: Person, sweeping: Job) -> None:
    assert "No worker is running" in adam.client.get("/admin/jobs").text

    with lease("worker"):
        page = adam.client.get("/admin/jobs").text

    assert "No worker is running" not in page
    assert "within 30 min" in page


def test_adam_asks_for_a_run_once(adam: Person, sweeping: Job) -> None:
    adam.client.post("/admin/jobs/test.sweep/run")
    adam.client.post("/admin/jobs/test.sweep/run")

    requested = db.session.scalars(select(JobRequest)).one()
    assert (requested.job, requested.subject, requested.requested_by) == ("test.sweep", "job:test.sweep", "adam")
    assert "waiting for the worker" in adam.client.get("/admin/jobs").text


def test_a_run_stands_in_the_history_with_its_result(adam: Person, sweeping: Job) -> None:
    adam.client.post("/admin/jobs/test.sweep/run")
    runner.run_request(db.session.scalars(select(JobRequest.id)).one())

    page = adam.client.get("/admin/jobs/test.sweep").text

    assert "Swept the floor." in page
    assert "done" in page


def test_the_average_and_the_next_run_follow_from_the_history(adam: Person, sweeping: Job) -> None:
    begun = clock.now() - timedelta(minutes=70)
    with transaction() as session:
        for took in (2, 4):
            session.add(
                JobRun(
                    job="test.sweep",
                    started_at=begun,
                    finished_at=begun + timedelta(seconds=took),
                    ok=True,
                    result="Swept.",
                )
            )

    state = queries.job_state(sweeping)

    assert state.average == timedelta(seconds=3)
    assert state.next_run == begun + timedelta(minutes=90)


def test_a_hidden_job_cannot_be_run(adam: Person, sweeping: Job) -> None:
    assert adam.client.post("/admin/jobs/test.hidden/run").status_code == 404
    assert adam.client.post("/admin/jobs/nothing/run").status_code == 404
