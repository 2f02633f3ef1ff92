"""Where a page stands: elsewhere in the tree, at the front of the space, or in the trash."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.errors import Conflict
from wiki.pages import queries, service
from wiki.pages import trash as pages_trash
from wiki.pages.access import on_page, page_url
from wiki.pages.models import Page
from wiki.pages.service import Place
from wiki.pages.trail import trail_to
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render

MOST_CHILDREN = 200
MOST_FOUND = 20


@on_page(Permission.PAGE_ADD)
def move(space: Space, page: Page) -> ResponseReturnValue:
    """Walk through the tree to the new place (``to``; 0 is the top of the space) and put the page there."""
    to = request.values.get("to", type=int)
    if to is None:
        to = page.parent_id or 0
    parent = queries.living(space.id, to) if to else None
    if request.method == "GET":
        return _page(space, page, parent)
    if to and parent is None:
        return _page(space, page, None, refusal="That page is not in this space any more. Nothing was moved."), 409
    try:
        service.move_page(current_actor(), page, _place(parent, request.form.get("place", "")))
    except Conflict as refusal:
        return _page(space, page, parent, refusal=f"{refusal} Nothing was moved."), 409
    flash("The page was moved, with all pages below it.", "success")
    return redirect(page_url(space.key, page.id, page.title), code=303)


@on_page(Permission.SPACE_ADMIN)
def make_home(space: Space, page: Page) -> ResponseReturnValue:
    """Make the page the home page of the space."""
    service.make_home(current_actor(), page)
    flash("This is the home page of the space now.", "success")
    return redirect(url_for("spaces.home", key=space.key), code=303)


@on_page(Permission.PAGE_DELETE)
def trash(space: Space, page: Page) -> ResponseReturnValue:
    """Throw the page away, and show where it stood."""
    trail = trail_to(space, page)
    pages_trash.trash_page(current_actor(), page)
    flash(f"“{page.title}” is in the trash now, where an administrator of the space can restore it.", "success")
    return redirect(trail[-1][1], code=303)


def _page(space: Space, page: Page, parent: Page | None, *, refusal: str = "") -> str:
    """Draw one step of the walk: the pages in which one can go on, and between which the page can stand."""
    words = request.args.get("title", "").strip()[:200]
    inside = queries.children(space.id, parent.id if parent else None, limit=MOST_CHILDREN + 1)
    above = [(link.id, link.title) for link in queries.ancestors(parent)] if parent else []
    if parent:
        above.append((parent.id, parent.title))
    return render(
        "pages/move.html",
        page=page,
        parent=parent,
        above=above,
        inside=[link for link in inside[:MOST_CHILDREN] if link.id != page.id],
        has_more=len(inside) > MOST_CHILDREN,
        is_below_itself=page.id in dict(above),
        words=words,
        found=[link for link in queries.titled_like(space.id, words, MOST_FOUND) if link.id != page.id]
        if words
        else [],
        refusal=refusal,
        breadcrumbs=trail_to(space, page, itself=True),
    )


def _place(parent: Page | None, place: str) -> Place:
    """``before-7`` or ``after-7``; anything else is the last place."""
    word, _, number = place.partition("-")
    sibling = int(number) if number.isdecimal() and len(number) < 19 else None
    return Place(parent, before=sibling if word == "before" else None, after=sibling if word == "after" else None)
