"""Documents and questions for the search contract, as short as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from wiki.search.backend import SearchBackend
from wiki.search.document import Excerpt, Hits, Query, SearchDocument

KINDS = frozenset({"page", "mail"})
TEAM, OTHER = 1, 2
BEGINNING = datetime(2024, 2, 29, 12, tzinfo=UTC)


def page(number: int, title: str = "Untitled", body: str = "", space_id: int = TEAM, **more: object) -> SearchDocument:
    values: dict[str, object] = {
        "kind": "page",
        "id": number,
        "version": 1,
        "space_id": space_id,
        "title": title,
        "body": body,
        "date": BEGINNING + timedelta(days=number),
    }
    return SearchDocument(**(values | more))  # type: ignore[arg-type]  # each test gives what it is about


def mail(number: int, title: str = "", body: str = "", **more: object) -> SearchDocument:
    return page(number, title, body, kind="mail", **more)


def ask(backend: SearchBackend, text: str, spaces: Sequence[int] = (TEAM, OTHER), **more: object) -> Hits:
    values: dict[str, object] = {"text": text, "space_ids": frozenset(spaces), "kinds": KINDS, "all_kinds": KINDS}
    return backend.search(Query(**(values | more)))  # type: ignore[arg-type]  # as above


def found(backend: SearchBackend, text: str, **more: object) -> set[str]:
    return {f"{hit.kind}:{hit.id}" for hit in ask(backend, text, **more).hits}  # type: ignore[arg-type]  # as above


def marked(excerpt: Excerpt) -> list[str]:
    return [segment.text for segment in excerpt if segment.is_hit]
