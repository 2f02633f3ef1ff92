"""A page as its readers see it."""

from __future__ import annotations

from flask import g, redirect, request
from flask.typing import ResponseReturnValue

from wiki.errors import NotFound
from wiki.pages import queries, render, titles
from wiki.pages.access import on_page, page_url
from wiki.pages.models import Page
from wiki.pages.trail import trail_to
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render as draw

MOST_CHILDREN = 100


@on_page(Permission.SPACE_VIEW)
def show(space: Space, page: Page, slug: str) -> ResponseReturnValue:
    """Show the page; an address with other words after the number leads to the right one."""
    if slug != titles.slug(page.title):
        query = request.query_string.decode("ascii", "replace")
        # Not a permanent redirect: the title may change back, and two remembered ones would make a circle.
        return redirect(page_url(space.key, page.id, page.title) + (f"?{query}" if query else ""), code=302)
    return _draw(space, page)


def show_home(space: Space) -> ResponseReturnValue:
    """Show the home page of a space, or what to do where there is none."""
    home = queries.home_page(space.id)
    if home is None:
        return draw(
            "pages/no_home.html",
            page_count=queries.count_pages(space.id),
            recent=queries.recent(current_actor(), 10, space.id),
            breadcrumbs=[],
        )
    g.page = home
    return _draw(space, home)


def _draw(space: Space, page: Page) -> str:
    changed = queries.revision_line(page.id, page.revision)
    if changed is None:
        raise NotFound
    below = queries.children(space.id, page.id, limit=MOST_CHILDREN + 1)
    return draw(
        "pages/show.html",
        page=page,
        html=render.html(current_actor(), space, page.source),
        changed=changed,
        below=below[:MOST_CHILDREN],
        has_more_below=len(below) > MOST_CHILDREN,
        breadcrumbs=trail_to(space, page) if not page.is_home else [],
    )
