"""The page tree: open along the path to the page that is shown, and bounded however large the space is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, url_for

from wiki.pages import queries
from wiki.pages.access import page_url
from wiki.pages.models import Page
from wiki.pages.queries import PageLink
from wiki.spaces.models import Space

MOST_NODES = 200
FEWEST_SIBLINGS = 10


@dataclass(frozen=True)
class Node:
    """A page in the tree, or the line that leads on to the pages that do not fit."""

    title: str
    url: str
    children: tuple[Node, ...] = ()
    has_children: bool = False
    is_current: bool = False
    is_open: bool = False


def for_navigation() -> list[Node]:
    """The tree of the space in view, for the theme; empty outside of a space."""
    space: Space | None = g.get("space")
    if space is None:
        return []
    return build(space, g.get("page"))


def build(space: Space, page: Page | None = None) -> list[Node]:
    """The tree of a space, open along the path to ``page``.

    The home page stands first, and the pages below it beside it: it is the same step up from everywhere.
    """
    home = queries.home_page(space.id)
    path = [above.id for above in queries.ancestors(page)] + [page.id] if page is not None else []
    opened = list(dict.fromkeys([None, *([home.id] if home else []), *path]))
    siblings = max(FEWEST_SIBLINGS, MOST_NODES // len(opened))
    # Two more than are shown: one may be on the path, and the other then tells that there are more.
    found = queries.branches(space.id, opened, siblings + 2, [*path, *([home.id] if home else [])])
    below: dict[int | None, list[PageLink]] = {}
    for link in found:
        below.setdefault(link.parent_id, []).append(link)
    drawing = _Drawing(space, page.id if page else None, frozenset(path), siblings, below)
    return drawing.top(home)


class _Drawing:
    def __init__(
        self,
        space: Space,
        current: int | None,
        path: frozenset[int],
        siblings: int,
        below: Mapping[int | None, Sequence[PageLink]],
    ) -> None:
        self._space = space
        self._current = current
        self._path = path
        self._siblings = siblings
        self._below = below
        shown = [link.id for links in below.values() for link in links]
        self._with_children = queries.with_children(space.id, shown)

    def top(self, home: Page | None) -> list[Node]:
        if home is None:
            return self._branch(None)
        first = Node(home.title, self._url(PageLink(home.id, None, home.title)), is_current=home.id == self._current)
        return [first, *self._branch(home.id), *self._branch(None, without=home.id)]

    def _branch(self, parent_id: int | None, without: int | None = None) -> list[Node]:
        links = [link for link in self._below.get(parent_id, ()) if link.id != without]
        # The page that is shown always stands in its tree, however many come before it.
        shown = [link for index, link in enumerate(links) if index < self._siblings or link.id in self._path]
        nodes = [self._node(link) for link in shown]
        if len(shown) < len(links):
            more = url_for("pages.index", key=self._space.key, parent=parent_id)
            nodes.append(Node("More pages…", more))
        return nodes

    def _node(self, link: PageLink) -> Node:
        is_open = link.id in self._path
        return Node(
            title=link.title,
            url=self._url(link),
            children=tuple(self._branch(link.id)) if is_open else (),
            has_children=link.id in self._with_children,
            is_current=link.id == self._current,
            is_open=is_open,
        )

    def _url(self, link: PageLink) -> str:
        return page_url(self._space.key, link.id, link.title)
