"""The port behind which a search engine lives. One contract suite (tests/contracts) runs on every implementation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from wiki.search.document import Excerpt, Hits, Query, SearchDocument


class SearchUnavailable(Exception):
    """The index cannot be opened or written just now; the wiki goes on without it."""


class IndexMissing(SearchUnavailable):
    """There is no index, or it cannot be read: only a rebuild helps."""


class QueryRefused(Exception):
    """The person's query is one that no engine should be asked; the message says why, in words for the person."""


class SearchWriter(Protocol):
    """A new generation of the index being filled; swapped in when its ``with`` block ends without an error."""

    def put(self, documents: Sequence[SearchDocument]) -> None:
        """Add documents to the new generation; a key may come only once."""


class SearchLoader(SearchWriter, Protocol):
    """One commit of a great many changes to the living generation."""

    def drop(self, keys: Iterable[str]) -> None:
        """Remove documents by key; unknown keys are no error."""


class SearchBackend(Protocol):
    """What the wiki asks of a search engine."""

    def put(self, documents: Sequence[SearchDocument]) -> None:
        """Add or replace documents, visible to new searches on return; of the same key twice, the last wins."""

    def drop(self, keys: Iterable[str]) -> None:
        """Remove documents by key; unknown keys are no error."""

    def apply(self, documents: Sequence[SearchDocument], dropped: Iterable[str]) -> None:
        """Put and drop in one commit, durable on return. Raises SearchUnavailable; IndexMissing before a rebuild."""

    def search(self, query: Query) -> Hits:
        """Answer a query; no hits for an empty one. Raises QueryRefused or SearchUnavailable, nothing else."""

    def excerpt(self, query_text: str, body: str) -> Excerpt:
        """The stretch of ``body`` that best shows the searched words, for display."""

    def highlight(self, query_text: str, text: str) -> Excerpt:
        """The whole of ``text`` with the searched words marked."""

    def load(self) -> AbstractContextManager[SearchLoader]:
        """Put and drop thousands in one commit, durable when the ``with`` block ends without an error; else nothing.

        A key may come only once. Raises as ``apply`` does.
        """

    def rebuild(self) -> AbstractContextManager[SearchWriter]:
        """Fill a new generation beside the living one; swap on success, discard on error."""

    def settled(self) -> str | None:
        """The name of the generation that takes writes; None while another is being filled. Raises IndexMissing.

        A change that was applied while this gave the same name before and after is in the index to stay. Any other must
        be applied again: the generation that is being filled may have read the database before the change.
        """

    def tidy(self) -> None:
        """Make searching faster, which takes a while: merge, remove what nobody reads. Raises SearchUnavailable."""

    def optimise(self) -> None:
        """Do all of it, which may take minutes: for the quiet hours. Raises SearchUnavailable."""

    def entries(self) -> Iterator[tuple[str, int]]:
        """Every ``(key, version)`` in the index, for verification."""
