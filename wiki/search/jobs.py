"""What the worker does for search: shells around the indexer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from wiki.jobs.lease import LeaseTaken
from wiki.jobs.progress import Progress
from wiki.jobs.registry import Job
from wiki.search import indexer
from wiki.search.backend import SearchUnavailable
from wiki.search.configured import search_backend


def _drain(_arguments: Mapping[str, object], _progress: Progress) -> str | None:
    """Bring changes into the index. Nothing to report: it runs every half second."""
    try:
        indexer.drain()
    except (LeaseTaken, SearchUnavailable):
        return None  # the rows stay in the outbox, and the next run is half a second away
    return None


def _rebuild(_arguments: Mapping[str, object], progress: Progress) -> str:
    return f"{indexer.rebuild(progress):,} documents."


def _verify(_arguments: Mapping[str, object], _progress: Progress) -> str:
    found = indexer.verify(repair=True)
    search_backend().tidy()
    if found.is_clean:
        return f"All {found.checked:,} documents are as they should be."
    return f"{len(found.missing)} missing, {len(found.extra)} extra, {len(found.stale)} stale; being put right."


JOBS = (
    Job("search.drain", "Bring changes into the search index", _drain, every=timedelta(seconds=0.5), lane="index"),
    Job("search.rebuild", "Build the search index anew", _rebuild, lane="index"),
    Job("search.verify", "Compare the search index with the wiki", _verify, every=timedelta(days=1), lane="index"),
)
