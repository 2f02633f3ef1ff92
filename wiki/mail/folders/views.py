"""Choosing an account's folders from the list that its server gives."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.crypto import CannotUnseal
from wiki.db import hold_nothing, transaction
from wiki.errors import Invalid, NotFound
from wiki.mail import throttle
from wiki.mail.access import in_mail_space, with_account
from wiki.mail.breadcrumbs import to_accounts
from wiki.mail.fetching import opening
from wiki.mail.folders import service
from wiki.mail.folders.choosing import tree
from wiki.mail.folders.forms import ALL, THESE, FolderForm
from wiki.mail.folders.reading import read_folders
from wiki.mail.models import MailAccount
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import TransportError
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render
from wiki.web.transaction import reads_only


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def choose_folders(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Show the server's folders as a tree, and take the choice."""
    if not Protocol(account.protocol).is_imap:
        raise NotFound
    form = FolderForm(scope=ALL if account.reads_all_folders else THESE)
    rows = service.listed(account)
    if form.validate_on_submit():
        try:
            service.choose(current_actor(), account, form.folders.data or (), reads_all=form.scope.data == ALL)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"The folders of {account.name} were chosen. The next fetch begins within seconds.", "success")
            return redirect(url_for("mail.account", key=space.key, account_id=account.id), code=303)
    ticked = set(form.folders.data or ()) if form.is_submitted() else service.ticked(account, rows)
    page = render(
        "mail/choose_folders.html",
        account=account,
        form=form,
        branches=list(tree([row.folder for row in rows])),
        rows={row.name: row for row in rows},
        ticked=ticked,
        breadcrumbs=[
            *to_accounts(space),
            (account.name, url_for("mail.account", key=space.key, account_id=account.id)),
        ],
    )
    return page, 422 if form.is_submitted() else 200


@in_mail_space(Permission.SPACE_ADMIN)
@reads_only
@with_account
def read_server_folders(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Ask the server for its folders now; nothing is held in the database while it is waited for."""
    account_id, space_id = account.id, space.id
    there = redirect(url_for("mail.choose_folders", key=space.key, account_id=account_id), code=303)
    try:
        plan = opening.plan_of(account_id)
        with transaction():
            throttle.count_test(current_actor(), space_id, plan.endpoint)
        hold_nothing()
        rows = read_folders(plan)
    except TransportError as failure:
        flash(failure.sentence, "error")
    except (throttle.TooManyTests, Invalid, CannotUnseal) as refusal:
        flash(str(refusal), "error")
    else:
        with transaction() as session:
            service.keep_list(session.get_one(MailAccount, account_id), rows)
    return there
