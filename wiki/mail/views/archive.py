"""The archive of a space: its list, throwing mail away, fetching, and what could not be archived."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from wiki.blobs.configured import blob_store
from wiki.blobs.store import BlobMissing
from wiki.errors import Conflict, NotFound
from wiki.mail import account_queries, archive_queries, service, trashing
from wiki.mail.access import in_mail_space, with_message
from wiki.mail.archive_queries import ArchiveRow, Cursor, Period, Wanted
from wiki.mail.models import Message
from wiki.mail.raws import MISSING
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.spaces.models import Space
from wiki.web.access import current_actor, safe_next
from wiki.web.headers import INERT
from wiki.web.theming import render
from wiki.words import count


@in_mail_space(Permission.SPACE_VIEW)
def archive(space: Space) -> ResponseReturnValue:
    """List the mail of the space, newest first."""
    actor = current_actor()
    wanted = _wanted()
    page = archive_queries.archive_page(actor, space, wanted)
    months = archive_queries.periods(actor, space)
    is_admin = can(actor, Permission.SPACE_ADMIN, space.id)
    is_fetch_shown = is_admin and "fetch" in request.args
    return render(
        "mail/archive.html",
        page=page,
        by_month=[(Period(*key), list(rows)) for key, rows in groupby(page.rows, key=_month_of)],
        months=months,
        years=archive_queries.years(months),
        period=wanted.period,
        total=sum(each.count for each in months),
        newer=page.newer and _address(space, wanted.period, after=page.newer),
        older=page.older and _address(space, wanted.period, before=page.older),
        set_aside=account_queries.count_set_aside(actor, space) if is_admin else 0,
        fetches=account_queries.accounts(actor, space) if is_fetch_shown else None,
        has_accounts=bool(months) or account_queries.has_accounts(space),
        breadcrumbs=[(space.name, url_for("spaces.home", key=space.key))],
    )


@in_mail_space(Permission.SPACE_ADMIN)
def fetch(space: Space) -> ResponseReturnValue:
    """Ask for new mail of every enabled account; the list then shows what each one came to."""
    try:
        service.request_fetch_all(current_actor(), space)
    except Conflict as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("mail.archive", key=space.key), code=303)
    return redirect(url_for("mail.archive", key=space.key, fetch="yes"), code=303)


@in_mail_space(Permission.MAIL_DELETE)
@with_message
def trash(space: Space, message: Message) -> ResponseReturnValue:
    """Put one message into the trash."""
    trashing.trash_message(current_actor(), message)
    flash("The message was moved to the trash. An administrator of the space can restore it from there.", "success")
    return redirect(safe_next(url_for("mail.archive", key=space.key)), code=303)


@in_mail_space(Permission.SPACE_ADMIN)
def trash_all(space: Space) -> ResponseReturnValue:
    """Put all mail of the space into the trash."""
    number = trashing.trash_all(current_actor(), space)
    flash(f"{count(number, 'message')} moved to the trash of this space.", "success" if number else "info")
    return redirect(url_for("mail.archive", key=space.key), code=303)


@in_mail_space(Permission.SPACE_ADMIN)
def set_aside(space: Space) -> ResponseReturnValue:
    """List what could not be archived, with the reasons."""
    return render(
        "mail/set_aside.html",
        entries=account_queries.set_aside(current_actor(), space),
        total=account_queries.count_set_aside(current_actor(), space),
        breadcrumbs=[
            (space.name, url_for("spaces.home", key=space.key)),
            ("Mail", url_for("mail.archive", key=space.key)),
        ],
    )


@in_mail_space(Permission.SPACE_ADMIN)
def set_aside_raw(space: Space, entry_id: int) -> ResponseReturnValue:
    """The bytes that came of a message which could not be archived."""
    entry = account_queries.set_aside_entry(current_actor(), space, entry_id)
    if entry.sha256 is None:
        raise NotFound
    return send_raw(entry.sha256, f"set-aside-{entry.id}.eml")


def send_raw(sha256: str, name: str) -> ResponseReturnValue:
    """Exact bytes from the store, as a mail to download. Raises Conflict when the store has lost them."""
    try:
        stream = blob_store().open(sha256)
    except BlobMissing as error:
        raise Conflict(MISSING) from error
    response = send_file(stream, mimetype="message/rfc822", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = INERT
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted() -> Wanted:
    before, after, month = (request.args.get(name, "") for name in ("before", "after", "month"))
    return Wanted(
        before=Cursor.parse(before) if before else None,
        after=Cursor.parse(after) if after else None,
        period=Period.parse(month) if month else None,
    )


def _address(space: Space, period: Period | None, before: Cursor | None = None, after: Cursor | None = None) -> str:
    values = {"month": period, "before": before, "after": after}
    given: dict[str, Any] = {name: str(value) for name, value in values.items() if value is not None}
    return url_for("mail.archive", key=space.key, **given)


def _month_of(row: ArchiveRow) -> tuple[int, int]:
    return row.date.year, row.date.month
