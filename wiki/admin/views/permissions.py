"""The matrix of global permissions."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts.forms import text
from wiki.accounts.principals import resolve
from wiki.admin import matrix, service
from wiki.admin.forms import PrincipalForm
from wiki.errors import Invalid
from wiki.permissions import queries as grants
from wiki.permissions.catalogue import SITE_MATRIX, Permission
from wiki.permissions.check import can
from wiki.web.access import current_actor, site_admin
from wiki.web.forms import add_errors
from wiki.web.theming import render


@site_admin
def permissions() -> ResponseReturnValue:
    """Show who may do what on the site, and change it."""
    if request.method == "GET":
        return _page(PrincipalForm(formdata=None))
    ticked = request.form.getlist("grant")
    wanted = matrix.changes(grants.site_grants(), request.form.getlist("shown"), ticked)
    try:
        service.change_site_permissions(current_actor(), wanted)
    except Invalid as refusal:
        return _page(PrincipalForm(formdata=None), refusal=str(refusal)), 422
    flash("The permissions are saved.", "success")
    # Whoever has just given their own administration away is led to where they may still be.
    onward = "admin.permissions" if can(current_actor(), Permission.SITE_ADMIN) else "dashboard.index"
    return redirect(url_for(onward), code=303)


@site_admin
def add_principal() -> ResponseReturnValue:
    """Give a group or a user a row in the matrix, with the right to use the site."""
    form = PrincipalForm()
    if form.validate_on_submit():
        try:
            principal = resolve(text(form.kind), text(form.name))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            already = {Permission(value) for value in grants.site_grants().get(principal, frozenset())}
            service.change_site_permissions(current_actor(), {principal: already | {Permission.SITE_USE}})
            flash(f"{form.name.data} can use the site now; tick what else they may do.", "success")
            return redirect(url_for("admin.permissions"), code=303)
    return _page(form), 422


def _page(form: PrincipalForm, *, refusal: str = "") -> str:
    return render(
        "admin/permissions.html",
        columns=SITE_MATRIX,
        rows=matrix.rows(grants.site_grants()),
        form=form,
        refusal=refusal,
    )
