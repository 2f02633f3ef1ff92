"""The worker: one process at a time, by a lease, runs APScheduler and all jobs. The web only asks for work."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from wiki import clock
from wiki.db import reading
from wiki.jobs import runner
from wiki.jobs.lease import Held, LeaseLost, LeaseTaken, lease
from wiki.jobs.models import Lease
from wiki.jobs.registry import jobs

LEASE = "worker"
# "keeping" is for what takes long and nobody waits for: it must not stand in the way of the others.
LANES = {"general": 4, "mail": 4, "index": 1, "keeping": 3}
RENEW_EVERY = timedelta(seconds=10)
LOOK_FOR_REQUESTS_EVERY = timedelta(seconds=0.5)
ASK_AGAIN_AFTER = timedelta(seconds=1)
AFTER_A_FALL = timedelta(seconds=5)
# A wall clock that went back further than this makes APScheduler wait until the old time comes again.
CLOCK_STEP = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class Worker:
    """Runs the jobs until told to stop; passive while another worker holds the lease."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._submitted: set[int] = set()
        self._running: set[int] = set()

    def stop(self) -> None:
        """End soon, after the jobs that run."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped; blocks."""
        log.info("worker starts")
        while not self._stop.is_set():
            try:
                with self._app.app_context(), lease(LEASE) as held:
                    self._lead(held)
            except LeaseTaken:
                self._stop.wait(ASK_AGAIN_AFTER.total_seconds())
            except LeaseLost:
                log.warning("another worker took over")
            except Exception:  # a full disk or a busy database must not end the worker: it tries again
                log.exception("the worker stumbled")
                self._stop.wait(AFTER_A_FALL.total_seconds())
        log.info("worker stops")

    def _lead(self, held: Held) -> None:
        again = runner.requeue_interrupted()
        log.info("worker leads", requeued=again)
        scheduler = self._scheduler()
        scheduler.start()
        try:
            self._watch(held, scheduler)
        finally:
            scheduler.shutdown(wait=True)
            self._submitted.clear()

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            executors={lane: ThreadPoolExecutor(size) for lane, size in LANES.items()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        for job in jobs().values():
            if job.every is not None:
                scheduler.add_job(
                    self._in_app(runner.run_scheduled, job),
                    IntervalTrigger(seconds=job.every.total_seconds(), timezone="UTC"),
                    id=job.name,
                    executor=job.lane,
                    next_run_time=clock.now(),
                )
        return scheduler

    def _watch(self, held: Held, scheduler: BackgroundScheduler) -> None:
        """Hand out requests, renew the lease, and notice a clock that was put back."""
        renewed_at = time.monotonic()
        drift = _drift()
        while not self._stop.wait(LOOK_FOR_REQUESTS_EVERY.total_seconds()):
            self._hand_out(scheduler)
            if time.monotonic() - renewed_at > RENEW_EVERY.total_seconds():
                held.renew()
                # What is marked as running and runs nowhere could not say that it had ended: a full disk does that.
                runner.requeue_interrupted(besides=frozenset(self._running))
                renewed_at = time.monotonic()
            if abs(_drift() - drift) > CLOCK_STEP.total_seconds():
                drift = _drift()
                log.warning("the clock was changed; all jobs are scheduled anew")
                for job in jobs().values():
                    if job.every is not None:
                        scheduler.modify_job(job.name, next_run_time=clock.now())

    def _hand_out(self, scheduler: BackgroundScheduler) -> None:
        waiting = runner.queued()
        self._submitted &= {request_id for request_id, _ in waiting}
        for request_id, name in waiting:
            job = jobs().get(name)
            if job is None or request_id in self._submitted:
                continue
            self._submitted.add(request_id)
            self._running.add(request_id)
            scheduler.add_job(
                self._in_app(self._run_request, request_id), executor=job.lane, id=f"request {request_id}"
            )

    def _run_request(self, request_id: int) -> None:
        try:
            runner.run_request(request_id)
        finally:
            self._running.discard(request_id)

    def _in_app(self, run: Callable[..., None], argument: Any) -> Callable[[], None]:
        def inside() -> None:
            # An app context of its own gives each run a database session of its own.
            with self._app.app_context():
                run(argument)

        return inside


def serve(app: Flask) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    worker = Worker(app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


def is_somebody_working() -> bool:
    """Whether a worker holds the lease just now; only looks. A killed one counts until its lease has expired."""
    with reading() as session:
        row = session.get(Lease, LEASE, populate_existing=True)
        return row is not None and bool(row.holder) and row.expires_at > clock.now()


def _drift() -> float:
    return clock.now().timestamp() - time.monotonic()
