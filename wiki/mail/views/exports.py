"""Export: a thread, a month, what a search found, or all mail of a space, made while it is sent."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from flask import Response, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from wiki.db import transaction, will_write
from wiki.errors import NotAllowed
from wiki.jobs.progress import Silent
from wiki.mail.access import in_mail_space, while_on
from wiki.mail.archive_queries import Period
from wiki.mail.exporting import service
from wiki.mail.exporting.forms import ExportForm
from wiki.mail.exporting.queries import Selection, Totals, totals
from wiki.mail.formats.bundles import Bundle, BundleFormat
from wiki.mail.importing.limits import uploads_folder
from wiki.mail.trashing import KIND
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.search import query
from wiki.search.query import Asked
from wiki.spaces.models import Space
from wiki.web.access import current_actor, require
from wiki.web.headers import INERT
from wiki.web.theming import render

MOST_FOUND = 5_000
NOT_WHOLE = "Exporting all mail of this space needs the right to export it. A month or a thread you can export."


@dataclass(frozen=True)
class _Wanted:
    """What is exported, and how it is told: on the screen, on record, and as the name of the file."""

    selection: Selection
    title: str
    subject: str
    name: str
    back: str


@in_mail_space(Permission.SPACE_VIEW)
def export(space: Space) -> ResponseReturnValue:
    """Offer, and send, the mail of a thread, of a month or year, or of the whole space."""
    wanted = _in_space(space)
    if not can(current_actor(), wanted.selection.needs, space.id):
        raise NotAllowed(NOT_WHOLE)
    return _offered_or_sent(wanted, [(space.name, url_for("spaces.home", key=space.key)), ("Mail", wanted.back)])


@require(Permission.SITE_USE)
@while_on
def export_found() -> ResponseReturnValue:
    """Offer, and send, the mail that a search finds."""
    text, space_id = request.args.get("q", ""), request.args.get("space_id", type=int)
    ids = query.found_ids(current_actor(), Asked(text, kind=KIND, space_id=space_id), MOST_FOUND)
    back = url_for("search.index", q=text, type=KIND)
    selection = Selection(space_id, ids=tuple(ids))
    return _offered_or_sent(_Wanted(selection, f"“{text}”", "search:mail", "found-mail", back), [("Search", back)])


def _in_space(space: Space) -> _Wanted:
    period = Period.parse(request.args["month"]) if request.args.get("month") else None
    thread_id = request.args.get("thread", type=int)
    back = url_for("mail.archive", key=space.key)
    title, name = "All mail", f"{space.key}-mail"
    if thread_id is not None:
        title, name = "A thread", f"{name}-thread-{thread_id}"
        back = url_for("mail.thread", key=space.key, thread_id=thread_id)
    elif period is not None:
        title, name = period.label, f"{name}-{period}"
        back = url_for("mail.archive", key=space.key, month=str(period))
    return _Wanted(Selection(space.id, period, thread_id), title, f"space:{space.id}", name.lstrip("~"), back)


def _offered_or_sent(wanted: _Wanted, breadcrumbs: list[tuple[str, str]]) -> ResponseReturnValue:
    form = ExportForm()
    total = totals(current_actor(), wanted.selection)
    if form.validate_on_submit() and total.count:
        return _sent(wanted, BundleFormat(form.format.data), total)
    page = render("mail/export.html", form=form, wanted=wanted, totals=total, breadcrumbs=breadcrumbs)
    return page, 422 if form.is_submitted() else 200


def _sent(wanted: _Wanted, kind: BundleFormat, total: Totals) -> Response:
    actor = current_actor()
    content = _made(actor, wanted, kind, total)
    next(content)
    try:
        with transaction():
            service.note(actor, wanted.subject, wanted.title, total, kind.value)
    except BaseException:
        content.close()
        raise
    response = Response(stream_with_context(content), mimetype="application/zip" if kind.is_zip else "application/mbox")
    filename = f"{wanted.name}.{'zip' if kind.is_zip else 'mbox'}"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.headers["Content-Security-Policy"] = INERT
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(actor: Actor, wanted: _Wanted, kind: BundleFormat, total: Totals) -> Generator[bytes, None, None]:
    """Take a place, and give nothing; then the bundle. However it ends, the place is free again. Raises Conflict."""
    with service.place(actor):
        yield b""
        # The request's transaction is over; what is read from here on waits for nobody and holds nobody up.
        will_write(writes=False)
        with closing(Bundle(kind, wanted.name, uploads_folder())) as bundle:
            yield from service.make(actor, wanted.selection, bundle, Silent(), total.count)
