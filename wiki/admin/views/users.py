"""The users of the site."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts import queries, service
from wiki.accounts.forms import ProfileForm, UserForm, UsersForm, text
from wiki.accounts.models import User
from wiki.accounts.queries import UserState
from wiki.accounts.service import NewUser
from wiki.admin.access import on_user
from wiki.admin.forms import NewPasswordForm, UserGroupsForm
from wiki.errors import Conflict, Invalid
from wiki.web.access import current_actor, site_admin
from wiki.web.forms import add_errors
from wiki.web.theming import render


@site_admin
def users() -> ResponseReturnValue:
    """List the users, or those who are looked for."""
    form = UsersForm(request.args)
    state = UserState(form.state.data) if form.validate() else UserState.ALL
    found = queries.users(text(form.q), request.args.get("page", 1, type=int), state)
    return render("admin/users.html", form=form, users=found)


@site_admin
def new_user() -> ResponseReturnValue:
    """Make an account for somebody."""
    form = UserForm()
    if form.validate_on_submit():
        new = NewUser(text(form.name), text(form.full_name), text(form.email), text(form.password))
        try:
            user = service.create_user(current_actor(), new)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"{user.display_name} can sign in now.", "success")
            return _back_to(user)
    return render("admin/new_user.html", form=form), 422 if form.is_submitted() else 200


@on_user
def user(user: User) -> ResponseReturnValue:
    """Show one user, with everything that can be changed."""
    return _page(user)


@on_user
def change_user(user: User) -> ResponseReturnValue:
    """Change what a user is called and reached by."""
    form = ProfileForm()
    if form.validate_on_submit():
        try:
            service.change_profile(current_actor(), user, full_name=text(form.full_name), email=text(form.email))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash("The profile is changed.", "success")
            return _back_to(user)
    return _page(user, profile=form), 422


@on_user
def set_password(user: User) -> ResponseReturnValue:
    """Set a new password for a user, who is signed out everywhere."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            service.change_password(current_actor(), user, text(form.password))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"{user.display_name} has a new password and is signed out everywhere.", "success")
            return _back_to(user)
    return _page(user, password=form), 422


@on_user
def set_groups(user: User) -> ResponseReturnValue:
    """Choose the groups of a user."""
    form = _groups_form(user)
    if form.validate_on_submit():
        try:
            service.set_groups(current_actor(), user, [queries.group(each) for each in form.groups.data or ()])
        except Conflict as refusal:
            add_errors(form, {"groups": str(refusal)})
        else:
            flash("The groups are changed.", "success")
            return _back_to(user)
    return _page(user, groups=form), 422


@on_user
def disable_user(user: User) -> ResponseReturnValue:
    """Let a user in no more."""
    service.disable_user(current_actor(), user)
    flash(f"{user.display_name} cannot sign in any more.", "success")
    return _back_to(user)


@on_user
def enable_user(user: User) -> ResponseReturnValue:
    """Let a disabled user in again."""
    service.enable_user(current_actor(), user)
    flash(f"{user.display_name} can sign in again.", "success")
    return _back_to(user)


def _page(
    user: User,
    *,
    profile: ProfileForm | None = None,
    password: NewPasswordForm | None = None,
    groups: UserGroupsForm | None = None,
) -> str:
    """The page of a user; a form that was refused is shown as it was sent."""
    return render(
        "admin/user.html",
        user=user,
        profile=profile or ProfileForm(formdata=None, obj=user),
        password=password or NewPasswordForm(formdata=None),
        groups=groups or _groups_form(user, is_fresh=True),
        is_out_of_reach=queries.is_super(user) and not current_actor().is_super,
        is_self=current_actor().id == user.id,
    )


def _groups_form(user: User, *, is_fresh: bool = False) -> UserGroupsForm:
    # The super users' group is offered to super users alone; the service refuses it to others in any case.
    offered = {str(each.id): each.name for each in queries.groups() if current_actor().is_super or not each.is_super}
    present = [group.id for group in user.groups]
    form = UserGroupsForm(formdata=None, groups=present) if is_fresh else UserGroupsForm()
    form.groups.choices = offered
    return form


def _back_to(user: User) -> ResponseReturnValue:
    return redirect(url_for("admin.user", name=user.name), code=303)
