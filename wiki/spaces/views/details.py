"""What a space is."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.errors import Invalid
from wiki.permissions.catalogue import Permission
from wiki.spaces import queries, service
from wiki.spaces.access import in_space
from wiki.spaces.forms import DetailsForm
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render


@in_space(Permission.SPACE_ADMIN)
def details(space: Space) -> ResponseReturnValue:
    """Show what the space is, and change its name and description."""
    form = DetailsForm(obj=space)
    if form.validate_on_submit():
        try:
            service.update_details(
                current_actor(), space, name=form.name.data or "", description=form.description.data or ""
            )
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash("The details are saved.", "success")
            return redirect(url_for("spaces.details", key=space.key), code=303)
    page = render(
        "spaces/details.html",
        form=form,
        creator=queries.display_name(space.created_by_id) if space.created_by_id else None,
        owner=queries.display_name(space.owner_id) if space.owner_id else None,
        breadcrumbs=[(space.name, url_for("spaces.home", key=space.key))],
    )
    return page, 422 if form.is_submitted() else 200
