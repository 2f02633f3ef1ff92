"""The permission matrix of a space."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts.principals import resolve
from wiki.errors import Conflict, Invalid
from wiki.permissions import queries as grants
from wiki.permissions.actor import ANONYMOUS
from wiki.permissions.catalogue import SPACE_MATRIX, Permission
from wiki.permissions.check import can
from wiki.spaces import matrix, service
from wiki.spaces.access import in_space
from wiki.spaces.forms import PrincipalForm
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render


@in_space(Permission.SPACE_ADMIN)
def permissions(space: Space) -> ResponseReturnValue:
    """Show who may do what in the space, and change it."""
    if request.method == "GET":
        return _page(space, PrincipalForm())
    ticked = request.form.getlist("grant")
    wanted = matrix.changes(grants.space_grants(space.id), request.form.getlist("shown"), ticked)
    try:
        service.set_permissions(current_actor(), space, wanted)
    except Conflict as refusal:
        return _page(space, PrincipalForm(formdata=None), refusal=str(refusal), ticked=ticked), 409
    except Invalid as refusal:
        return _page(space, PrincipalForm(formdata=None), refusal=str(refusal), ticked=ticked), 422
    flash("The permissions are saved.", "success")
    # Whoever has just given their own Admin away is led to what is left to them.
    onward = "spaces.permissions" if can(current_actor(), Permission.SPACE_ADMIN, space.id) else "spaces.home"
    return redirect(url_for(onward, key=space.key), code=303)


@in_space(Permission.SPACE_ADMIN)
def add_principal(space: Space) -> ResponseReturnValue:
    """Give a group or a user a row in the matrix, with View."""
    form = PrincipalForm()
    if form.validate_on_submit():
        try:
            principal = resolve(form.kind.data, form.name.data or "")
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            already = grants.space_grants(space.id).get(principal, frozenset())
            given = frozenset(Permission(value) for value in already) | {Permission.SPACE_VIEW}
            service.set_permissions(current_actor(), space, {principal: given})
            flash(f"{form.name.data} may view this space now; tick what else they may do.", "success")
            return redirect(url_for("spaces.permissions", key=space.key), code=303)
    return _page(space, form), 422


def _page(space: Space, form: PrincipalForm, *, refusal: str = "", ticked: list[str] | None = None) -> str:
    """Draw the matrix; after a refusal with the ticks as they were sent."""
    return render(
        "spaces/permissions.html",
        heads=matrix.heads(),
        columns=SPACE_MATRIX,
        groups=matrix.grouped(matrix.rows(grants.space_grants(space.id))),
        form=form,
        refusal=refusal,
        ticked=ticked,
        is_open_to_anonymous=can(ANONYMOUS, Permission.SITE_USE),
        breadcrumbs=[(space.name, url_for("spaces.home", key=space.key))],
    )
