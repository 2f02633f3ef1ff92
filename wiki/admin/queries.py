"""Reading what the administration shows and no other room does: jobs, the record of events, a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from wiki import clock
from wiki.accounts.models import Group, User
from wiki.accounts.queries import LARGEST_ID
from wiki.audit.models import Event
from wiki.extensions import db
from wiki.jobs.models import JobRequest, JobRun, RequestState
from wiki.jobs.registry import Job, jobs

EVENTS_ON_A_PAGE = 100
RUNS_SHOWN = 100


@dataclass(frozen=True)
class JobState:
    """How a job is doing. ``next_run`` is a good guess; None where nobody can know.

    ``is_asked_for``: a run that somebody asked for has not ended yet; ``is_running``: it has begun.
    """

    job: Job
    is_asked_for: bool
    is_running: bool
    last_run: JobRun | None
    average: timedelta | None
    next_run: datetime | None


@dataclass(frozen=True)
class EventList:
    """One page of the record, newest first; ``older`` is the id before which the next page begins."""

    events: Sequence[Event]
    older: int | None


def job_states() -> list[JobState]:
    """Every job that an administrator should know of, by title."""
    listed = sorted((job for job in jobs().values() if job.is_shown), key=lambda job: job.title)
    return [job_state(job) for job in listed]


def job_state(job: Job) -> JobState:
    """How one job is doing."""
    history = runs(job)
    unfinished = db.session.scalars(
        select(JobRequest.state).where(
            JobRequest.job == job.name, JobRequest.state.in_([RequestState.QUEUED, RequestState.RUNNING])
        )
    ).all()
    took = [run.finished_at - run.started_at for run in history]
    return JobState(
        job=job,
        is_asked_for=bool(unfinished),
        is_running=RequestState.RUNNING in unfinished,
        last_run=history[0] if history else None,
        average=sum(took, timedelta()) / len(took) if took else None,
        next_run=_next_run(job, history),
    )


def runs(job: Job) -> Sequence[JobRun]:
    """The latest runs of a job, newest first."""
    return db.session.scalars(
        select(JobRun).where(JobRun.job == job.name).order_by(JobRun.id.desc()).limit(RUNS_SHOWN)
    ).all()


def events(before: int | None = None, subject: str = "") -> EventList:
    """The record of events, newest first; of one subject (``kind:id``) if one is given."""
    wanted = select(Event).order_by(Event.id.desc()).limit(EVENTS_ON_A_PAGE + 1)
    if before is not None:
        wanted = wanted.where(Event.id < min(before, LARGEST_ID))
    if subject:
        wanted = wanted.where(Event.subject == subject)
    found = db.session.scalars(wanted).all()
    page = found[:EVENTS_ON_A_PAGE]
    return EventList(page, page[-1].id if len(found) > len(page) else None)


def count_users() -> int:
    """How many people can sign in."""
    return db.session.scalars(select(func.count()).select_from(User).where(User.is_active.is_(True))).one()


def count_groups() -> int:
    """How many groups there are."""
    return db.session.scalars(select(func.count()).select_from(Group)).one()


def _next_run(job: Job, history: Sequence[JobRun]) -> datetime | None:
    """The worker keeps a rhythm from its start; the last run shows it, even if quiet runs came between."""
    if job.every is None or not history:
        return None
    passed = (clock.now() - history[0].started_at) // job.every
    return history[0].started_at + job.every * (passed + 1)
