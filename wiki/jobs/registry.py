"""What a job is: a plain value that a room offers and ``wiki/rooms.py`` lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app

from wiki import settings
from wiki.jobs.progress import Progress

EXTENSION = "postroom.jobs"

# A job gets what it was asked to do and a way to tell how far it is; it gives one sentence for the history,
# or None when there was nothing to do (which is not worth a line there).
Run = Callable[[Mapping[str, object], Progress], str | None]


@dataclass(frozen=True)
class Job:
    """Work for the worker: at times (``every``), when asked for by a JobRequest, or both.

    ``lane`` names the pool it runs in: jobs of one lane of size one never overlap. ``feature`` is the optional part of
    the wiki that it belongs to: while that is off it is neither run nor shown.
    """

    name: str
    title: str
    run: Run
    every: timedelta | None = None
    lane: str = "general"
    is_listed: bool = True
    feature: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether it may run now."""
        return self.feature is None or settings.feature_is_on(self.feature)

    @property
    def is_shown(self) -> bool:
        """Whether the Scheduled Jobs screen has it."""
        return self.is_listed and self.is_on


def install(app: Flask, jobs: Iterable[Job]) -> None:
    """Give the app the jobs that its rooms offer."""
    app.extensions[EXTENSION] = {job.name: job for job in jobs}


def jobs() -> Mapping[str, Job]:
    """All jobs that exist, by name."""
    found: Mapping[str, Job] = current_app.extensions[EXTENSION]
    return found
