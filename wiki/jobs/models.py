"""Leases, requests for work, and the history of runs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import UTCDateTime, id_column
from wiki.extensions import Model


class Lease(Model):
    """Who may do a thing alone. ``token`` grows with each new holder and fences off one that was thought dead."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(255))
    token: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RequestState(StrEnum):
    """How far a request for work is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRequest(Model):
    """Work that was asked for; also its progress and result, so that a page can show them after a reload.

    ``subject`` (``kind:id``) says what it is about: there is one unfinished request for a job and subject.
    """

    __tablename__ = "job_requests"
    __table_args__ = (Index(None, "state", "id"), Index(None, "subject", "id"))

    id: Mapped[int] = id_column()
    job: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(100))
    arguments: Mapped[dict[str, object]] = mapped_column(JSON)
    requested_by: Mapped[str] = mapped_column(String(255))
    state: Mapped[RequestState] = mapped_column(String(20), default=RequestState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_finished(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in {RequestState.DONE, RequestState.FAILED}


class JobRun(Model):
    """One run of a job, for the Scheduled Jobs screen."""

    __tablename__ = "job_runs"
    __table_args__ = (Index(None, "job", "id"),)

    id: Mapped[int] = id_column()
    job: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ok: Mapped[bool]
    result: Mapped[str] = mapped_column(Text)
