"""The pages of a space as a directory."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from wiki.errors import NotFound
from wiki.pages import queries
from wiki.pages.trail import trail_to
from wiki.permissions.catalogue import Permission
from wiki.spaces.access import in_space
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render

ON_A_PAGE = 100
LAST_PAGE = 10_000
MOST_FOUND = 50
RECENT = 10


@in_space(Permission.SPACE_VIEW)
def index(space: Space) -> ResponseReturnValue:
    """List the pages below one (``parent``) or at the top, or those with the words of ``title`` in their titles."""
    words = request.args.get("title", "").strip()[:200]
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    wanted = request.args.get("parent", type=int)
    home = queries.home_page(space.id)
    parent = queries.living(space.id, wanted) if wanted is not None else home
    if wanted is not None and parent is None:
        raise NotFound
    at_top = wanted is None or parent is home
    parent_id = parent.id if parent else None
    if words:
        listed = queries.titled_like(space.id, words, MOST_FOUND)
    else:
        listed = queries.children(space.id, parent_id, limit=ON_A_PAGE, offset=(number - 1) * ON_A_PAGE)
    beside = [link for link in queries.children(space.id, None, limit=ON_A_PAGE) if home and link.id != home.id]

    def address(page: int) -> str:
        return url_for("pages.index", key=space.key, parent=wanted, page=page if page > 1 else None)

    total = queries.count_children(space.id, parent_id)
    return render(
        "pages/index.html",
        words=words,
        parent=parent,
        home=home,
        at_top=at_top,
        listed=listed,
        beside=beside if at_top and not words and number == 1 else [],
        with_children=queries.with_children(space.id, (link.id for link in [*listed, *beside])),
        page_count=queries.count_pages(space.id),
        recent=queries.recent(current_actor(), RECENT, space.id),
        previous=address(number - 1) if number > 1 and not words else None,
        following=address(number + 1) if number * ON_A_PAGE < total and not words else None,
        breadcrumbs=_breadcrumbs(space, at_top=at_top, parent_trail=trail_to(space, parent)),
    )


def _breadcrumbs(space: Space, *, at_top: bool, parent_trail: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if at_top:
        return parent_trail[:1]
    pages = ("Pages", url_for("pages.index", key=space.key))
    return [parent_trail[0], pages, *parent_trail[1:]]
