"""Making spaces."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki import settings
from wiki.errors import Invalid
from wiki.permissions.catalogue import Permission
from wiki.spaces import queries, service
from wiki.spaces.forms import SpaceForm
from wiki.web.access import current_actor, require
from wiki.web.forms import add_errors
from wiki.web.theming import active_theme, render, themes


@require(Permission.SITE_CREATE_SPACE)
def new() -> ResponseReturnValue:
    """Make a site space."""
    form = SpaceForm()
    form.offer(list(themes().values()), themes().get(settings.get_str("site.theme"), active_theme()))
    if form.validate_on_submit():
        try:
            space = service.create_space(
                current_actor(),
                key=form.key.data or "",
                name=form.name.data or "",
                description=form.description.data or "",
                theme=form.theme.data or None,
            )
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"The space {space.name} is ready, and you are its administrator.", "success")
            return redirect(url_for("spaces.home", key=space.key), code=303)
    breadcrumbs = [("Spaces", url_for("spaces.directory"))]
    return render("spaces/new.html", form=form, breadcrumbs=breadcrumbs), 422 if form.is_submitted() else 200


@require(Permission.SITE_PERSONAL_SPACE)
def personal() -> ResponseReturnValue:
    """Offer a personal space, and make it when asked to; whoever has one is led to it."""
    actor = current_actor()
    own = queries.personal_space_of(actor.id) if actor.id is not None else None
    if own is None and request.method == "POST":
        own = service.create_personal_space(actor)
        flash("Your personal space is ready.", "success")
    if own is not None:
        return redirect(url_for("spaces.home", key=own.key), code=303)
    return render("spaces/personal.html", breadcrumbs=[("Spaces", url_for("spaces.directory"))])
