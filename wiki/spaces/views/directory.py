"""The directory of spaces, and the way into each."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from wiki.permissions.catalogue import Permission
from wiki.spaces import queries
from wiki.spaces.access import in_space
from wiki.spaces.home import space_home
from wiki.spaces.models import Space, SpaceKind
from wiki.spaces.queries import Wanted
from wiki.web.access import current_actor, require
from wiki.web.theming import render

ON_A_PAGE = 50
LAST_PAGE = 10_000


@require(Permission.SITE_USE)
def directory() -> ResponseReturnValue:
    """List the spaces that the reader may see, all or of one kind, filtered by the words of their names."""
    kind = request.args.get("kind", "")
    name = request.args.get("name", "").strip()[:200]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    wanted = Wanted(SpaceKind(kind) if kind in set(SpaceKind) else None, name)
    total = queries.count_visible(current_actor(), wanted)
    found = queries.visible_spaces(current_actor(), wanted, offset=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE)

    def address(number: int) -> str:
        return url_for("spaces.directory", kind=wanted.kind, name=name or None, page=number if number > 1 else None)

    return render(
        "spaces/directory.html",
        spaces=found,
        wanted=wanted,
        total=total,
        previous=address(page - 1) if page > 1 else None,
        following=address(page + 1) if page * ON_A_PAGE < total else None,
    )


@in_space(Permission.SPACE_VIEW)
def home(space: Space) -> ResponseReturnValue:
    """Show what stands at the front of the space."""
    return space_home().show(space)
