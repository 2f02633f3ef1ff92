"""What people do with their own accounts."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts import proof, service, sessions
from wiki.accounts.forms import PasswordForm, ProfileForm, text
from wiki.accounts.sessions import SignedIn
from wiki.accounts.throttle import TooManyTries
from wiki.accounts.views.people import draw_profile
from wiki.db import transaction
from wiki.errors import Invalid, NotAllowed
from wiki.web.access import signed_in
from wiki.web.forms import add_errors
from wiki.web.theming import render
from wiki.web.transaction import reads_only


@signed_in
def own_profile() -> ResponseReturnValue:
    """Show oneself as others do not see one."""
    return draw_profile(_me().user)


@signed_in
def edit_profile() -> ResponseReturnValue:
    """Change one's full name and e-mail address."""
    me = _me()
    form = ProfileForm(obj=me.user)
    if form.validate_on_submit():
        try:
            service.change_profile(me.actor, me.user, full_name=text(form.full_name), email=text(form.email))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash("Your profile is changed.", "success")
            return redirect(url_for("accounts.own_profile"), code=303)
    return render("accounts/edit_profile.html", form=form), 422 if form.is_submitted() else 200


@signed_in
@reads_only
def change_password() -> ResponseReturnValue:
    """Change one's password, which signs all other browsers out; this one gets a new session."""
    form = PasswordForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            renewed = _change_password(_me(), form)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        except TooManyTries as refusal:
            add_errors(form, {"": str(refusal)})
            status = 429
        else:
            sessions.remember(renewed, after_closing=sessions.is_remembered())
            flash("Your password is changed, and every other browser is signed out.", "success")
            return redirect(url_for("accounts.own_profile"), code=303)
    return render("accounts/change_password.html", form=form), status


def _change_password(me: SignedIn, form: PasswordForm) -> SignedIn:
    """Set the password and start a session in place of all others. Raises Invalid and TooManyTries."""
    if not proof.is_password_of(me.user, text(form.old), request.remote_addr or ""):
        raise Invalid({"old": "This is not your present password."})
    with transaction():
        service.change_password(me.actor, me.user, text(form.password))
        return sessions.start(me.user)


def _me() -> SignedIn:
    me = sessions.current()
    if me is None:
        raise NotAllowed("Sign in first.")
    return me
