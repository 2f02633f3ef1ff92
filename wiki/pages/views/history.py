"""What a page said before."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.errors import NotFound
from wiki.pages import queries, render, service
from wiki.pages.access import on_page, page_url
from wiki.pages.compare import compare as compare_texts
from wiki.pages.models import Page
from wiki.pages.trail import trail_to
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render as draw

ON_A_PAGE = 50


@on_page(Permission.SPACE_VIEW)
def history(space: Space, page: Page) -> ResponseReturnValue:
    """List the revisions, newest first."""
    before = request.args.get("before", type=int)
    lines = queries.history(page.id, ON_A_PAGE + 1, before)
    shown = lines[:ON_A_PAGE]
    has_older = len(lines) > ON_A_PAGE

    def address(number: int | None) -> str:
        return url_for("pages.history", key=space.key, page_id=page.id, before=number)

    return draw(
        "pages/history.html",
        page=page,
        lines=shown,
        newer=address(None) if before is not None else None,
        older=address(shown[-1].number) if has_older else None,
        breadcrumbs=trail_to(space, page, itself=True),
    )


@on_page(Permission.SPACE_VIEW)
def revision(space: Space, page: Page, number: int) -> ResponseReturnValue:
    """Show what the page said in one revision."""
    old, line = queries.revision(page.id, number), queries.revision_line(page.id, number)
    if old is None or line is None:
        raise NotFound
    return draw(
        "pages/revision.html",
        page=page,
        old=old,
        line=line,
        html=render.html(current_actor(), space, old.source),
        breadcrumbs=[*trail_to(space, page, itself=True), _history(space, page)],
    )


@on_page(Permission.SPACE_VIEW)
def compare(space: Space, page: Page) -> ResponseReturnValue:
    """Compare two revisions; the newest with the one before it if the address names none."""
    to = request.args.get("to", page.revision, type=int)
    since = request.args.get("from", max(1, to - 1), type=int)
    older, newer = min(since, to), max(since, to)
    old, new = queries.revision(page.id, older), queries.revision(page.id, newer)
    if old is None or new is None:
        raise NotFound
    return draw(
        "pages/compare.html",
        page=page,
        old=old,
        new=new,
        lines=(queries.revision_line(page.id, older), queries.revision_line(page.id, newer)),
        comparison=compare_texts(old.source, new.source),
        breadcrumbs=[*trail_to(space, page, itself=True), _history(space, page)],
    )


@on_page(Permission.PAGE_ADD)
def restore(space: Space, page: Page) -> ResponseReturnValue:
    """Make an old revision the newest."""
    number = request.form.get("number", 0, type=int)
    seen = request.form.get("seen_revision", 0, type=int)
    service.restore_revision(current_actor(), page, number, seen_revision=seen)
    flash(f"The page says again what it said in revision {number}.", "success")
    return redirect(page_url(space.key, page.id, page.title), code=303)


def _history(space: Space, page: Page) -> tuple[str, str]:
    return "History", url_for("pages.history", key=space.key, page_id=page.id)
