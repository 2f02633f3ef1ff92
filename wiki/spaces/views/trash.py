"""The trash of a space: restore, or destroy for good after a second question."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.permissions.catalogue import Permission
from wiki.spaces import trash_list
from wiki.spaces.access import in_space
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render
from wiki.web.transaction import reads_only
from wiki.words import count

EVERYTHING = "everything"


@in_space(Permission.SPACE_ADMIN)
def trash(space: Space) -> ResponseReturnValue:
    """List what was deleted, newest first."""
    page = trash_list.list_trash(space.id, request.args.get("page", 1, type=int))

    def address(number: int) -> str:
        return url_for("spaces.trash", key=space.key, page=number if number > 1 else None)

    return render(
        "spaces/trash.html",
        trash=page,
        newer=address(page.page - 1) if page.page > 1 else None,
        older=address(page.page + 1) if page.has_more else None,
        breadcrumbs=_breadcrumbs(space)[:1],
    )


@in_space(Permission.SPACE_ADMIN)
def restore(space: Space) -> ResponseReturnValue:
    """Put the chosen things back."""
    restored = trash_list.restore(current_actor(), space.id, trash_list.chosen(request.form.getlist("item")))
    _say(restored, "restored")
    return _back(space)


@in_space(Permission.SPACE_ADMIN)
@reads_only
def confirm_purge(space: Space) -> ResponseReturnValue:
    """Ask whether the chosen things, or all, shall be destroyed."""
    ids = trash_list.chosen(request.form.getlist("item"))
    everything = request.form.get("what") == EVERYTHING
    total = sum(trash_list.counts(space.id).values()) if everything else sum(map(len, ids.values()))
    if not total:
        _say(0, "destroyed")
        return _back(space)
    return render(
        "spaces/purge.html",
        total=total,
        everything=everything,
        values=[f"{name}:{number}" for name, numbers in ids.items() for number in numbers],
        breadcrumbs=_breadcrumbs(space),
    )


@in_space(Permission.SPACE_ADMIN)
def purge(space: Space) -> ResponseReturnValue:
    """Destroy the chosen things, or all, for good."""
    if request.form.get("what") == EVERYTHING:
        purged = trash_list.purge_all(current_actor(), space.id)
    else:
        purged = trash_list.purge(current_actor(), space.id, trash_list.chosen(request.form.getlist("item")))
    _say(purged, "destroyed for good")
    return _back(space)


def _say(number: int, what: str) -> None:
    if number:
        flash(f"{count(number, 'thing was', 'things were')} {what}.", "success")
    else:
        flash("Nothing was chosen: tick the rows that you mean.", "info")


def _back(space: Space) -> ResponseReturnValue:
    return redirect(url_for("spaces.trash", key=space.key), code=303)


def _breadcrumbs(space: Space) -> list[tuple[str, str]]:
    return [
        (space.name, url_for("spaces.home", key=space.key)),
        ("Trash", url_for("spaces.trash", key=space.key)),
    ]
