"""The search page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from wiki.extensions import db
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.search import query
from wiki.search.document import Order
from wiki.search.query import Asked
from wiki.search.registry import living_kinds
from wiki.web.access import current_actor, require
from wiki.web.theming import render

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@require(Permission.SITE_USE)
def index() -> ResponseReturnValue:
    """What was found, by kind and space, the best or the newest first."""
    kind = request.args.get("type") or None
    place = _place(request.args.get("space", ""))
    order = Order.DATE if request.args.get("order") == Order.DATE else Order.RELEVANCE
    page = request.args.get("page", 1, type=int)
    text = request.args.get("q", "")
    asked = Asked(text, kind=kind, space_id=place[0] if place else None, order=order, page=page)
    answer = query.search(current_actor(), asked)

    def with_(**changes: object) -> str:
        """The address of the same question, a little changed; a page number never survives a change."""
        kept: dict[str, Any] = {"q": text, "type": kind, "space": place[1] if place else None}
        kept["order"] = order.value if order is Order.DATE else None
        return url_for("search.index", **{**kept, **changes})

    return render(
        "search/results.html",
        asked=asked,
        answer=answer,
        kinds=living_kinds(),
        place=place,
        with_=with_,
    )


def _place(key: str) -> tuple[int, str, str] | None:
    """The space to look in, as id, key and name, if the reader may see it; otherwise the whole site."""
    if not key:
        return None
    spaces = db.metadata.tables["spaces"]
    row = db.session.execute(
        select(spaces.c.id, spaces.c.key, spaces.c.name).where(spaces.c.key_folded == key.casefold())
    ).first()
    if row is None or not can(current_actor(), Permission.SPACE_VIEW, row.id):
        return None
    return row.id, row.key, row.name
