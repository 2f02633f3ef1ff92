"""Answering a person: their rights stand inside the query, and what will be shown is checked once more in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wiki.errors import Invalid
from wiki.extensions import db
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.search.backend import QueryRefused, SearchUnavailable
from wiki.search.configured import search_backend
from wiki.search.document import Excerpt, Hits, Order, Query
from wiki.search.excerpts import best_text
from wiki.search.registry import Kind, Presented, living_kinds

PAGE_SIZE = 20
MOST_PAGES = 50
UNAVAILABLE = "Search is being prepared and will be back shortly. Pages and mail can be browsed meanwhile."


@dataclass(frozen=True)
class Asked:
    """What a person asks: words, and how to narrow and order the answer. ``space_id`` and ``kind`` None: everywhere."""

    text: str
    kind: str | None = None
    space_id: int | None = None
    order: Order = Order.RELEVANCE
    page: int = 1


@dataclass(frozen=True)
class Result:
    """One thing that was found, ready to be shown."""

    kind: Kind
    shown: Presented
    title: Excerpt
    excerpt: Excerpt


@dataclass(frozen=True)
class Answer:
    """A page of results. ``trouble`` is a sentence when the question could not be answered; then the rest is empty."""

    results: tuple[Result, ...] = ()
    total: int = 0
    is_capped: bool = False
    counts: Mapping[str, int] | None = None
    trouble: str = ""
    has_more: bool = False


def search(actor: Actor, asked: Asked) -> Answer:
    """Answer for this actor, with nothing in it that they may not see. Never raises for what was typed."""
    kinds = living_kinds()
    spaces = _spaces(actor, asked.space_id)
    if not asked.text.strip() or not spaces:
        return Answer(counts=dict.fromkeys(kinds, 0))
    page = min(max(asked.page, 1), MOST_PAGES)
    query = Query(
        text=asked.text,
        space_ids=spaces,
        kinds=frozenset({asked.kind} & set(kinds)) if asked.kind else frozenset(kinds),
        all_kinds=frozenset(kinds),
        order=asked.order,
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    try:
        hits = search_backend().search(query)
        results = _results(actor, asked.text, hits, kinds)
    except QueryRefused as refusal:
        return Answer(trouble=str(refusal))
    except SearchUnavailable:
        return Answer(trouble=UNAVAILABLE)
    return Answer(
        results=tuple(results),
        total=hits.total,
        is_capped=hits.capped,
        counts=hits.per_kind_counts,
        has_more=hits.total > page * PAGE_SIZE and page < MOST_PAGES,
    )


def found_ids(actor: Actor, asked: Asked, most: int) -> list[int]:
    """The ids of the first things of one kind that are found, unchecked against what has changed since.

    Raises Invalid with a sentence when the question cannot be answered.
    """
    kinds = living_kinds()
    spaces = _spaces(actor, asked.space_id)
    if not asked.text.strip() or not spaces or asked.kind is None or asked.kind not in kinds:
        return []
    wanted = frozenset({asked.kind})
    try:
        hits = search_backend().search(Query(asked.text, spaces, wanted, wanted, asked.order, limit=most))
    except QueryRefused as refusal:
        raise Invalid({"q": str(refusal)}) from refusal
    except SearchUnavailable as error:
        raise Invalid({"q": UNAVAILABLE}) from error
    return [hit.id for hit in hits.hits]


def _spaces(actor: Actor, only: int | None) -> frozenset[int]:
    visible = frozenset(db.session.scalars(space_ids(actor, Permission.SPACE_VIEW)))
    return visible if only is None else visible & {only}


def _results(actor: Actor, text: str, hits: Hits, kinds: Mapping[str, Kind]) -> list[Result]:
    """Load the hits kind by kind in one query each; what is gone or hidden since it was indexed falls out."""
    wanted: dict[str, list[int]] = {}
    for hit in hits.hits:
        wanted.setdefault(hit.kind, []).append(hit.id)
    shown = {name: kinds[name].present(actor, ids) for name, ids in wanted.items()}
    backend = search_backend()
    found = [(kinds[hit.kind], shown[hit.kind].get(hit.id)) for hit in hits.hits]
    told = [(kind, _on_best_page(text, presented)) for kind, presented in found if presented is not None]
    return [
        Result(kind, presented, backend.highlight(text, presented.title), backend.excerpt(text, presented.text))
        for kind, presented in told
    ]


def _on_best_page(text: str, presented: Presented) -> Presented:
    if not presented.pages:
        return presented
    best = presented.pages[best_text(text, [page.text for page in presented.pages])]
    title = f"{presented.title}, {best.label}" if best.label else presented.title
    return replace(presented, title=title, text=best.text, pages=())
