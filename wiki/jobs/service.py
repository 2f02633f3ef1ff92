"""Asking the worker for work. Never commits."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from wiki import clock
from wiki.extensions import db
from wiki.jobs.models import JobRequest, RequestState
from wiki.jobs.registry import jobs


def request(job: str, subject: str, requested_by: str, **arguments: object) -> JobRequest:
    """Ask for a run of a job about a subject (``kind:id``); an unfinished request for the same is given back."""
    if job not in jobs():
        raise KeyError(job)
    waiting = db.session.scalar(
        select(JobRequest).where(
            JobRequest.job == job,
            JobRequest.subject == subject,
            JobRequest.state.in_([RequestState.QUEUED, RequestState.RUNNING]),
        )
    )
    if waiting is not None:
        return waiting
    added = JobRequest(job=job, subject=subject, arguments=arguments, requested_by=requested_by, created_at=clock.now())
    db.session.add(added)
    db.session.flush()
    return added


def latest(job: str, subject: str) -> JobRequest | None:
    """The newest request for a job about a subject."""
    return db.session.scalar(
        select(JobRequest)
        .where(JobRequest.job == job, JobRequest.subject == subject)
        .order_by(JobRequest.id.desc())
        .limit(1)
    )


def latest_of_each(job: str, subjects: Iterable[str]) -> dict[str, JobRequest]:
    """The newest request for a job about each subject, in one query."""
    newest = (
        select(func.max(JobRequest.id))
        .where(JobRequest.job == job, JobRequest.subject.in_(list(subjects)))
        .group_by(JobRequest.subject)
    )
    found = db.session.scalars(select(JobRequest).where(JobRequest.id.in_(newest)))
    return {request.subject: request for request in found}
