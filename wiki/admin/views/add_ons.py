"""Manage add-ons: the parts of the wiki that can be switched off."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.admin import add_ons, service
from wiki.admin.add_ons import AddOnFilter
from wiki.admin.forms import AddOnsForm
from wiki.errors import NotFound
from wiki.web.access import current_actor, site_admin
from wiki.web.theming import render


@site_admin
def manage_add_ons() -> ResponseReturnValue:
    """Show the add-ons that the drop-down asks for."""
    form = AddOnsForm(request.args)
    wanted = AddOnFilter(form.show.data) if form.validate() else AddOnFilter.SYSTEM
    return render("admin/add_ons.html", form=form, add_ons=add_ons.shown(wanted), wanted=wanted)


@site_admin
def enable_add_on(name: str) -> ResponseReturnValue:
    """Switch an add-on on."""
    return _switch(name, is_on=True)


@site_admin
def disable_add_on(name: str) -> ResponseReturnValue:
    """Switch an add-on off; nothing of it is lost."""
    return _switch(name, is_on=False)


def _switch(name: str, *, is_on: bool) -> ResponseReturnValue:
    add_on = add_ons.find(name)
    if add_on is None:
        raise NotFound
    service.switch_add_on(current_actor(), name, is_on=is_on)
    flash(f"{add_on.label} is {'on' if is_on else 'off'}.", "success")
    return redirect(url_for("admin.manage_add_ons", show=AddOnFilter.SYSTEM.value), code=303)
