"""The way from the space down to a page, for breadcrumbs."""

from __future__ import annotations

from flask import url_for

from wiki.pages import queries
from wiki.pages.access import page_url
from wiki.pages.models import Page
from wiki.spaces.models import Space

Trail = list[tuple[str, str]]


def trail_to(space: Space, page: Page | None, *, itself: bool = False) -> Trail:
    """The space and the pages above a page, with ``itself`` the page too; the space stands for its home page."""
    trail: Trail = [(space.name, url_for("spaces.home", key=space.key))]
    if page is None:
        return trail
    home = queries.home_page(space.id)
    above = [(link.id, link.title) for link in queries.ancestors(page)]
    if itself:
        above.append((page.id, page.title))
    return trail + [
        (title, page_url(space.key, page_id, title)) for page_id, title in above if home is None or page_id != home.id
    ]
