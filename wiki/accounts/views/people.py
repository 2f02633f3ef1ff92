"""The people directory and a person's profile."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from wiki.accounts import queries, sessions
from wiki.accounts.forms import PeopleForm, text
from wiki.accounts.models import User
from wiki.permissions.catalogue import Permission
from wiki.web.access import current_actor, require, signed_in
from wiki.web.theming import render


@signed_in
@require(Permission.SITE_USE)
def people() -> ResponseReturnValue:
    """List everybody who has an account, for those who have one too."""
    form = PeopleForm(request.args)
    page = request.args.get("page", 1, type=int)
    found = queries.people(current_actor(), text(form.q), page)
    return render("accounts/people.html", form=form, people=found)


@signed_in
def profile(name: str) -> ResponseReturnValue:
    """Show one person."""
    return draw_profile(queries.person(current_actor(), name))


def draw_profile(person: User) -> str:
    """The page about a person, as much of it as the reader may see."""
    me = sessions.current()
    return render("accounts/profile.html", person=person, is_own=me is not None and me.user.id == person.id)
