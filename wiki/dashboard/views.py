"""The dashboard: the spaces that a person may see and, in them, what is new."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue

from wiki import clock
from wiki.accounts import sessions, setup
from wiki.errors import NotAllowed
from wiki.pages import queries as pages
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.spaces import queries as spaces
from wiki.web.access import current_actor, public
from wiki.web.theming import render

SPACES_SHOWN = 24
PAGES_SHOWN = 12
NEWCOMER_FOR = timedelta(days=7)

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/")
@public("shows each visitor only what they may see; guests sign in first unless the site is open to them")
def index() -> ResponseReturnValue:
    """Show where one can go from here."""
    actor = current_actor()
    may_use = can(actor, Permission.SITE_USE)
    if actor.is_anonymous and not may_use:
        raise NotAllowed("Sign in first.")
    me = sessions.current()
    return render(
        "dashboard/index.html",
        may_use=may_use,
        spaces=spaces.visible_spaces(actor, limit=SPACES_SHOWN) if may_use else [],
        space_count=spaces.count_visible(actor) if may_use else 0,
        recent=pages.recent(actor, PAGES_SHOWN) if may_use else [],
        may_create_space=can(actor, Permission.SITE_CREATE_SPACE),
        is_newcomer=me is not None and clock.now() - me.user.created_at < NEWCOMER_FOR,
        set_up_step=setup.step_of(actor),
    )
