"""What the worker does to keep the archive whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from wiki.jobs.progress import Progress
from wiki.jobs.registry import Job
from wiki.mail.keeping import checking, sweeping


def _check(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    return checking.check_some()


def _sweep(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    return sweeping.sweep().in_words()


JOBS = (
    Job(
        "mail.check",
        "Read archived mail again",
        _check,
        every=timedelta(minutes=10),
        lane="keeping",
        feature="mail",
    ),
    Job("mail.sweep", "Clear what no mail needs", _sweep, every=timedelta(days=1), lane="keeping", feature="mail"),
)
