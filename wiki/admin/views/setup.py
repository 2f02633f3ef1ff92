"""The first set-up: administrator, site, first space. Closed for ever when it is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.accounts import sessions, setup
from wiki.accounts.forms import OwnUserForm, text
from wiki.accounts.models import SetUpStep
from wiki.accounts.service import NewUser
from wiki.admin import service, themes
from wiki.admin.forms import FirstSiteForm, FirstSpaceForm
from wiki.admin.views.general import chosen_site, stored_site
from wiki.errors import Invalid
from wiki.permissions import queries as grants
from wiki.permissions.actor import ANONYMOUS, ANYONE
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.permissions.service import grant_in_space
from wiki.spaces.service import create_space
from wiki.web.access import current_actor, mark, public
from wiki.web.forms import add_errors
from wiki.web.theming import render

SCREENS = {SetUpStep.SITE: "setup.site", SetUpStep.SPACE: "setup.space"}
View = Callable[[], ResponseReturnValue]


@public("the one-time address of a site that has no administrator yet; 404 in every other case")
def administrator(token: str) -> ResponseReturnValue:
    """Make the first administrator and sign them in; the address is used up by that."""
    if not setup.is_token(token):
        abort(404)
    form = OwnUserForm()
    if form.validate_on_submit():
        try:
            user = setup.make_administrator(token, _new_user(form))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            sessions.remember(sessions.start(user), after_closing=False)
            return redirect(url_for("setup.site"), code=303)
    return render("setup/administrator.html", form=form), 422 if form.is_submitted() else 200


def _at(step: SetUpStep) -> Callable[[View], View]:
    """For the new administrator alone, and only while the set-up stands at this step; 404 for everybody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded() -> ResponseReturnValue:
            stands_at = setup.step_of(current_actor())
            if stands_at is None:
                abort(404)
            if stands_at is not step:
                return redirect(url_for(SCREENS[stands_at]), code=303)
            return view()

        return mark(guarded, "the administrator who sets the site up")

    return decorate


@_at(SetUpStep.SITE)
def site() -> ResponseReturnValue:
    """Name the site, open or close its doors, and choose its theme."""
    form = FirstSiteForm(**stored_site())
    form.theme.choices = themes.for_field()
    if form.validate_on_submit():
        service.change_settings(current_actor(), chosen_site(form))
        before = {Permission(value) for value in grants.site_grants().get(ANYONE, frozenset())}
        wanted = before | {Permission.SITE_USE} if form.guests.data == "anybody" else before - {Permission.SITE_USE}
        service.change_site_permissions(current_actor(), {ANYONE: wanted})
        setup.site_is_named()
        return redirect(url_for("setup.space"), code=303)
    page = render("setup/site.html", form=form, themes=themes.choices())
    return page, 422 if form.is_submitted() else 200


@_at(SetUpStep.SPACE)
def space() -> ResponseReturnValue:
    """Make the first space, which ends the set-up."""
    form = FirstSpaceForm(theme=stored_site()["theme"])
    form.theme.choices = themes.for_field()
    if form.validate_on_submit():
        try:
            key = _make_first_space(form)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash("Your wiki is ready.", "success")
            return redirect(url_for("spaces.home", key=key), code=303)
    page = render("setup/space.html", form=form, themes=themes.choices())
    return page, 422 if form.is_submitted() else 200


def _make_first_space(form: FirstSpaceForm) -> str:
    """Make it, open it to guests if the site is, and close the set-up; give the key. Raises Invalid."""
    actor = current_actor()
    made = create_space(actor, key=text(form.key), name=text(form.name), theme=text(form.theme))
    if can(ANONYMOUS, Permission.SITE_USE):
        grant_in_space(actor, made.id, ANYONE, frozenset({Permission.SPACE_VIEW}))
    setup.finish(actor)
    return made.key


def _new_user(form: OwnUserForm) -> NewUser:
    return NewUser(text(form.name), text(form.full_name), text(form.email), text(form.password))
