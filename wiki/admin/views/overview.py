"""The first page of the administration: how the site is doing, and the ways in."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from wiki.admin import add_ons, event_lines, queries
from wiki.jobs.scheduler import is_somebody_working
from wiki.mail.keeping.queries import damage_in_words
from wiki.web.access import site_admin
from wiki.web.theming import render

LATEST = 10


@site_admin
def index() -> ResponseReturnValue:
    """Show the site at a glance."""
    # Asked first: it takes and gives back a lease, which ends the transaction.
    is_working = is_somebody_working()
    return render(
        "admin/index.html",
        is_working=is_working,
        damage=damage_in_words(),
        user_count=queries.count_users(),
        group_count=queries.count_groups(),
        add_ons=add_ons.SYSTEM_ADD_ONS,
        lines=event_lines.lines(queries.events().events[:LATEST]),
    )
