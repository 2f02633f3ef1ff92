"""Running one job: its history, its request, its errors. Knows nothing of times."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select

from wiki import clock
from wiki.db import reading, transaction
from wiki.errors import DomainError
from wiki.jobs.models import JobRequest, JobRun, RequestState
from wiki.jobs.progress import OnRequest, Progress, Silent
from wiki.jobs.registry import Job, jobs

KEPT_RUNS = 200
MOST_ATTEMPTS = 5
GIVEN_UP = "Given up: each try was cut off before its end. The server's log may say why."
SWITCHED_OFF = "The part of the wiki that this belongs to is switched off, so nothing was done."
UNEXPECTED = "Stopped by an unexpected error; the server's log has the details."

log = structlog.get_logger(__name__)


def run_scheduled(job: Job) -> None:
    """Run a job because its time has come. Never raises: the next time must come too."""
    with reading():
        if not job.is_on:
            return
    started = clock.now()
    ok, result = _run(job, {}, Silent())
    if result:
        _keep_history(job, started, ok=ok, result=result)


def run_request(request_id: int) -> None:
    """Run what a JobRequest asks for, if nobody has yet. Never raises."""
    with transaction() as session:
        request = session.get(JobRequest, request_id)
        if request is None or request.state != RequestState.QUEUED:
            return
        if request.attempts >= MOST_ATTEMPTS:
            _end(request, ok=False, result=GIVEN_UP)
            return
        job, arguments = jobs()[request.job], dict(request.arguments)
        if not job.is_on:
            _end(request, ok=False, result=SWITCHED_OFF)
            return
        request.attempts += 1
        request.state = RequestState.RUNNING
        request.started_at = clock.now()
    started = clock.now()
    ok, result = _run(job, arguments, OnRequest(request_id))
    _finish(request_id, ok=ok, result=result)
    _keep_history(job, started, ok=ok, result=result or "Nothing to do.")


def queued() -> list[tuple[int, str]]:
    """The requests that wait, oldest first, as ``(id, name of the job)``."""
    with reading() as session:
        rows = session.execute(
            select(JobRequest.id, JobRequest.job).where(JobRequest.state == RequestState.QUEUED).order_by(JobRequest.id)
        )
        return [(row.id, row.job) for row in rows]


def requeue_interrupted(besides: AbstractSet[int] = frozenset()) -> int:
    """Queue again what is marked as running and does not run, but for the given ids. Every job is resumable.

    Only the one worker may call this: a killed worker leaves such requests, and so does an end that could not be saved.
    """
    with transaction() as session:
        running = session.scalars(select(JobRequest).where(JobRequest.state == RequestState.RUNNING)).all()
        interrupted = [request for request in running if request.id not in besides]
        for request in interrupted:
            request.state = RequestState.QUEUED
        return len(interrupted)


def _run(job: Job, arguments: Mapping[str, object], progress: Progress) -> tuple[bool, str | None]:
    try:
        return True, job.run(arguments, progress)
    except DomainError as error:
        return False, str(error)
    except Exception:  # the one place where a job may fail for any reason without stopping the worker
        log.exception("job failed", job=job.name)
        return False, UNEXPECTED


def _finish(request_id: int, *, ok: bool, result: str | None) -> None:
    with transaction() as session:
        _end(session.get_one(JobRequest, request_id), ok=ok, result=result or "")


def _end(request: JobRequest, *, ok: bool, result: str) -> None:
    request.state = RequestState.DONE if ok else RequestState.FAILED
    request.result = result
    request.finished_at = clock.now()


def _keep_history(job: Job, started: datetime, *, ok: bool, result: str) -> None:
    with transaction() as session:
        session.add(JobRun(job=job.name, started_at=started, finished_at=clock.now(), ok=ok, result=result))
        kept = select(JobRun.id).where(JobRun.job == job.name).order_by(JobRun.id.desc()).limit(KEPT_RUNS)
        oldest = session.scalars(kept.offset(KEPT_RUNS - 1)).first()
        if oldest is not None:
            session.execute(delete(JobRun).where(JobRun.job == job.name, JobRun.id < oldest))
        session.execute(
            delete(JobRequest).where(
                JobRequest.finished_at < clock.now() - timedelta(days=30),
            )
        )
