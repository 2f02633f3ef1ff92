"""Coming in and going out: sign-in, sign-up, sign-out."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki import settings
from wiki.accounts import proof, service, sessions, setup
from wiki.accounts.forms import OwnUserForm, SignInForm, UserForm, text
from wiki.accounts.service import NewUser
from wiki.accounts.throttle import TooManyTries
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Invalid
from wiki.permissions.actor import ANONYMOUS
from wiki.web.access import public, safe_next
from wiki.web.forms import add_errors
from wiki.web.theming import render
from wiki.web.transaction import reads_only

# One sentence for a wrong password, an unknown name and a disabled user: none of them is anybody's business.
REFUSED = "No account opens with this name and password. Check both; capital letters count in the password."


@public("this is how people come in")
@reads_only
def sign_in() -> ResponseReturnValue:
    """Sign in with a name and a password, and go where one was going."""
    onward = safe_next(url_for("dashboard.index"))
    if request.method == "GET" and sessions.current() is not None:
        return redirect(onward, code=303)
    form = SignInForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            signed_in = proof.sign_in(text(form.name), text(form.password), request.remote_addr or "")
        except TooManyTries as refusal:
            add_errors(form, {"": str(refusal)})
            status = 429
        else:
            if signed_in is not None:
                sessions.remember(signed_in, after_closing=form.remember.data)
                return redirect(onward, code=303)
            add_errors(form, {"": REFUSED})
    return render("accounts/sign_in.html", form=form, is_set_up_wanted=setup.is_wanted()), status


@public("a session that has ended meanwhile must not stop anybody from signing out")
def sign_out() -> ResponseReturnValue:
    """End the session, for this browser and for every copy of its cookie."""
    ending = sessions.current()
    if ending is not None:
        sessions.end(ending.session_id)
        record(ending.actor, EventTag.USER_SIGNED_OUT, f"user:{ending.user.id}")
    sessions.forget()
    flash("You have signed out.", "success")
    return redirect(url_for("accounts.sign_in"), code=303)


@public("people make their own accounts, while the site is open for that")
def sign_up() -> ResponseReturnValue:
    """Make an account for oneself and come in."""
    if not settings.get_bool("accounts.sign_up_open"):
        abort(404)
    if sessions.current() is not None:
        return redirect(url_for("dashboard.index"), code=303)
    form = OwnUserForm()
    if form.validate_on_submit():
        try:
            user = service.create_user(ANONYMOUS, new_user(form))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            sessions.remember(sessions.start(user), after_closing=False)
            flash(f"Welcome, {user.display_name}.", "success")
            return redirect(url_for("dashboard.index"), code=303)
    return render("accounts/sign_up.html", form=form), 422 if form.is_submitted() else 200


def new_user(form: UserForm) -> NewUser:
    """What was typed about a new user."""
    return NewUser(text(form.name), text(form.full_name), text(form.email), text(form.password))
