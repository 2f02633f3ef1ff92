"""The groups of the site and their members."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts import queries, service
from wiki.accounts.configured import super_group, users_group
from wiki.accounts.forms import text
from wiki.accounts.models import Group
from wiki.admin.access import on_group
from wiki.admin.forms import GroupForm, MemberForm
from wiki.errors import Conflict, Invalid
from wiki.web.access import current_actor, site_admin
from wiki.web.forms import add_errors
from wiki.web.theming import render


@site_admin
def groups() -> ResponseReturnValue:
    """List the groups, and make new ones."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            made = service.create_group(current_actor(), text(form.name))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"The group “{made.name}” is made; nobody is in it yet.", "success")
            return _back_to(made)
    page = render("admin/groups.html", form=form, groups=queries.groups())
    return page, 422 if form.is_submitted() else 200


@on_group
def group(group: Group) -> ResponseReturnValue:
    """Show the members of a group."""
    return _page(group, MemberForm())


@on_group
def add_member(group: Group) -> ResponseReturnValue:
    """Add somebody to a group by their user name."""
    form = MemberForm()
    if form.validate_on_submit():
        joining = queries.find_user(text(form.user))
        if joining is not None:
            service.add_to_group(current_actor(), group, joining)
            flash(f"{joining.display_name} is a member now.", "success")
            return _back_to(group)
        add_errors(form, {"user": "There is no user of that name."})
    return _page(group, form), 422


@on_group
def remove_member(group: Group) -> ResponseReturnValue:
    """End somebody's membership."""
    leaving = queries.find_user(request.form.get("user", ""))
    if leaving is not None:
        try:
            service.remove_from_group(current_actor(), group, leaving)
        except Conflict as refusal:
            return _page(group, MemberForm(formdata=None), refusal=str(refusal)), 409
        flash(f"{leaving.display_name} is no member any more.", "success")
    return _back_to(group)


@on_group
def delete_group(group: Group) -> ResponseReturnValue:
    """Delete a group and what was granted to it."""
    service.delete_group(current_actor(), group)
    flash(f"The group “{group.name}” is deleted.", "success")
    return redirect(url_for("admin.groups"), code=303)


def _page(group: Group, form: MemberForm, *, refusal: str = "") -> str:
    is_super = group.name == super_group()
    return render(
        "admin/group.html",
        group=group,
        members=queries.members(group.id),
        form=form,
        refusal=refusal,
        is_super=is_super,
        is_needed=is_super or group.name == users_group(),
        is_out_of_reach=is_super and not current_actor().is_super,
    )


def _back_to(group: Group) -> ResponseReturnValue:
    return redirect(url_for("admin.group", group_id=group.id), code=303)
