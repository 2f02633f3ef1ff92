"""The values that cross the seam between the wiki and a search engine; frozen, and free of any engine's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class SearchDocument:
    """One findable thing. ``(kind, id)`` is its identity: putting it again replaces it.

    ``version`` grows with every change of the thing, so that ``flask search verify`` can tell a stale entry.
    ``people`` holds those who stand on it, each as one string of name and address (``Alice <alice@example.org>``):
    first the author or sender, whom ``from:`` finds (an empty string if unknown), then the recipients, for ``to:``.
    ``quoted`` is text that the thing carries along without being about it: found like the body, but weighing less.
    """

    kind: str
    id: int
    version: int
    space_id: int
    title: str
    body: str
    date: datetime
    people: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    quoted: str = ""

    @property
    def key(self) -> str:
        """The engine's unique key."""
        return f"{self.kind}:{self.id}"


class Order(StrEnum):
    """How results are sorted."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True)
class Query:
    """What is asked of the engine: the person's text, and the bounds that no result may leave.

    ``space_ids`` are the spaces the reader may see: a filter, never optional. ``kinds`` are the kinds to look
    in; ``per_kind_counts`` of the answer are counted over ``all_kinds``.
    """

    text: str
    space_ids: frozenset[int]
    kinds: frozenset[str]
    all_kinds: frozenset[str]
    order: Order = Order.RELEVANCE
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True)
class Hit:
    """One result: the identity of the thing, in the order of the answer."""

    kind: str
    id: int
    score: float


@dataclass(frozen=True)
class Hits:
    """The answer: one page of hits, the number of all (``capped``: at least so many), and counts per kind."""

    hits: tuple[Hit, ...]
    total: int
    per_kind_counts: dict[str, int] = field(default_factory=dict)
    capped: bool = False


@dataclass(frozen=True)
class Segment:
    """A stretch of an excerpt; ``is_hit`` when it is one of the searched words."""

    text: str
    is_hit: bool


Excerpt = Sequence[Segment]
