"""An account's page: what its server holds against the archive, and the button that asks for that anew."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki.mail import account_queries
from wiki.mail.access import in_mail_space, with_account
from wiki.mail.breadcrumbs import to_accounts
from wiki.mail.certificates import queries, requests, wording
from wiki.mail.models import MailAccount
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Show an account with the newest certificate of each of its folders."""
    return render(
        "mail/account_page.html",
        row=account_queries.row(account),
        certificates=queries.newest(account),
        request_for_certificate=queries.request(account),
        waiting=requests.waiting_for(account),
        in_words=wording.in_words,
        sum_in_words=wording.sum_in_words,
        breadcrumbs=to_accounts(space),
    )


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def certify_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Ask the worker for a certificate; the page shows how far it is."""
    requests.request_certificate(current_actor(), account)
    flash("The server is asked what it holds.", "info")
    return redirect(url_for("mail.account", key=space.key, account_id=account.id), code=303)
