"""Mailbox Import: a file that is uploaded, or mail that lies on the server in a folder allowed for it."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.db import hold_nothing, transaction
from wiki.errors import Invalid
from wiki.mail.access import in_mail_space
from wiki.mail.forms import ImportForm
from wiki.mail.importing import queries, uploads
from wiki.mail.importing import service as importing
from wiki.mail.importing.service import MailboxFile
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render
from wiki.web.transaction import reads_only

NO_FILE = "Choose the mailbox file first."


@in_mail_space(Permission.SPACE_ADMIN)
def imports(space: Space) -> ResponseReturnValue:
    """Show what was imported, and import a file that is on the server already."""
    form = ImportForm()
    folders: tuple[Path, ...] = current_app.config["IMPORT_FOLDERS"]
    if form.validate_on_submit():
        try:
            return _begin(space, importing.file_on_server(form.path.data or "", folders))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
    return _page(space, form), 422 if form.is_submitted() else 200


@in_mail_space(Permission.SPACE_ADMIN)
@reads_only
def upload(space: Space) -> ResponseReturnValue:
    """Take an uploaded mailbox file. Its CSRF token is checked by :mod:`wiki.mail.importing.uploads`.

    The upload may take minutes: only what comes after it is a writing transaction, and none is open during it.
    """
    hold_nothing()
    received = uploads.receive("file")
    if received is None:
        return _page(space, ImportForm(formdata=None), upload_error=NO_FILE), 422
    try:
        with transaction():
            return _begin(space, received)
    except Invalid as refusal:
        received.path.unlink(missing_ok=True)
        return _page(space, ImportForm(formdata=None), upload_error=str(refusal)), 422


@in_mail_space(Permission.SPACE_ADMIN)
def cancel(space: Space, import_id: int) -> ResponseReturnValue:
    """End an import before its end."""
    importing.cancel(current_actor(), queries.one_import(current_actor(), space, import_id))
    flash("The import was cancelled. What it has archived stays.", "info")
    return redirect(url_for("mail.imports", key=space.key), code=303)


@in_mail_space(Permission.SPACE_ADMIN)
def resume(space: Space, import_id: int) -> ResponseReturnValue:
    """Let an import go on that was stopped."""
    importing.resume(current_actor(), queries.one_import(current_actor(), space, import_id))
    flash("The import goes on where it was stopped.", "success")
    return redirect(url_for("mail.imports", key=space.key), code=303)


def _begin(space: Space, mailbox: MailboxFile) -> ResponseReturnValue:
    entry = importing.request_import(current_actor(), space, mailbox)
    flash(f"{entry.filename} is being imported. You can leave this page; the import goes on.", "success")
    return redirect(url_for("mail.imports", key=space.key), code=303)


def _page(space: Space, form: ImportForm, upload_error: str = "") -> str:
    return render(
        "mail/imports.html",
        form=form,
        upload_error=upload_error,
        rows=queries.imports(current_actor(), space),
        folders=current_app.config["IMPORT_FOLDERS"],
        largest=current_app.config["MAX_UPLOAD_LENGTH"],
        breadcrumbs=[(space.name, url_for("spaces.home", key=space.key))],
    )
