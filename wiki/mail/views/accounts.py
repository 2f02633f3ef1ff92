"""Mail accounts of a space: the list, the form, and Test Connection."""

from __future__ import annotations

from dataclasses import replace

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.db import transaction
from wiki.errors import Conflict, Invalid
from wiki.mail import account_queries, network, service, throttle
from wiki.mail.access import in_mail_space, with_account
from wiki.mail.breadcrumbs import to_accounts, to_home
from wiki.mail.certificates.requests import waiting_for
from wiki.mail.forms import AccountForm, changes_in_words, same_family, starting_values, stored_values
from wiki.mail.keeping.queries import damaged_in
from wiki.mail.models import MailAccount
from wiki.mail.oauth import queries as oauth
from wiki.mail.oauth import tokens
from wiki.mail.presets import PRESETS
from wiki.mail.transport.check import CheckResult, check
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Endpoint, Protocol
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render
from wiki.web.transaction import reads_only

SAVE_FIRST = "Save the account and sign in for it; then the connection can be tested."
NO_PASSWORD = "Type the password: nothing is stored that is meant for this server and user."  # noqa: S105 - a sentence


@in_mail_space(Permission.SPACE_ADMIN)
def accounts(space: Space) -> ResponseReturnValue:
    """List the accounts with what their last fetches came to."""
    rows = account_queries.accounts(current_actor(), space)
    damaged = damaged_in(current_actor(), space)
    grants = oauth.grants([row.account.id for row in rows])
    return render("mail/accounts.html", rows=rows, damaged=damaged, grants=grants, breadcrumbs=to_home(space))


@in_mail_space(Permission.SPACE_ADMIN)
def new_account(space: Space) -> ResponseReturnValue:
    """Add an account."""
    preset = PRESETS.get(request.args.get("preset", ""))
    is_clone = request.args.get("clone") == "yes"
    values = starting_values(current_app.config["MAIL_FETCH_MINUTES"], preset, is_clone=is_clone)
    form = _form(values)
    if form.validate_on_submit():
        try:
            account = service.add_account(current_actor(), space, form.fields())
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"The account {account.name} was added. {_what_follows(account)}", "success")
            return _to_list(space)
    return _page(space, form), 422 if form.is_submitted() else 200


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def edit_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Change an account; its password stays unless another is typed."""
    form = _form(stored_values(account), account)
    if form.validate_on_submit():
        try:
            changed = service.change_account(current_actor(), account, form.fields())
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(changes_in_words(account.name, form, changed), "success")
            return _to_list(space)
    return _page(space, form, account), 422 if form.is_submitted() else 200


@in_mail_space(Permission.SPACE_ADMIN)
@reads_only
def test_new_account(space: Space) -> ResponseReturnValue:
    """Try out what the form of a new account holds; nothing is saved."""
    values = starting_values(current_app.config["MAIL_FETCH_MINUTES"], None, is_clone=False)
    return _test(space, _form(values), None)


@in_mail_space(Permission.SPACE_ADMIN)
@reads_only
@with_account
def test_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Try out what the form of an account holds, with the stored password where that is meant for it."""
    return _test(space, _form(stored_values(account), account), account)


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def enable_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Let the account be fetched again."""
    service.set_enabled(current_actor(), account, enabled=True)
    flash(f"The account {account.name} is fetched again.", "success")
    return _to_list(space)


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def disable_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Stop fetching the account."""
    service.set_enabled(current_actor(), account, enabled=False)
    flash(f"The account {account.name} is no longer fetched. What it archived stays.", "success")
    return _to_list(space)


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def remove_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Remove the account; archived mail stays."""
    name = account.name
    service.remove_account(current_actor(), account)
    flash(f"The account {name} was removed. The mail that it archived stays here.", "success")
    return _to_list(space)


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def fetch_account(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Ask for a fetch now; the list shows how far it is."""
    try:
        service.request_fetch(current_actor(), account)
    except Conflict as refusal:
        flash(str(refusal), "warning")
    return _to_list(space)


def _test(space: Space, form: AccountForm, account: MailAccount | None) -> ResponseReturnValue:
    status = 200
    result = None
    try:
        endpoint = _endpoint(form, account)
        # Counted in a transaction of its own, which ends here: no lock is held while a server is waited for.
        with transaction():
            throttle.count_test(current_actor(), space.id, endpoint)
        result = check(endpoint, network.network_policy(), network.test_deadlines())
    except Invalid as refusal:
        add_errors(form, refusal.errors)
        status = 422
    except throttle.TooManyTests as refusal:
        result = CheckResult(ok=False, sentence=str(refusal))
        status = 429
    if result is not None and not result.ok:
        add_errors(form, {result.field: result.sentence} if result.field else {})
    return _page(space, form, account, result), status


def _endpoint(form: AccountForm, account: MailAccount | None) -> Endpoint:
    """Where the form leads, with the password to use; nothing else in the form matters. Raises Invalid."""
    if not form.validate_connection():
        raise Invalid({})
    fields = form.connection_fields()
    if fields.sign_in:
        if account is None or service.is_elsewhere(account, fields):
            raise Invalid({"sign_in": SAVE_FIRST})
        return replace(fields.endpoint(), password=tokens.access_token(account.id, account.generation))
    stored = "" if account is None else service.stored_password(account, fields)
    if not fields.password and not stored:
        raise Invalid({"password": NO_PASSWORD})
    return fields.endpoint(stored)


def _what_follows(account: MailAccount) -> str:
    if account.sign_in:
        return "Sign in for it now; then its first fetch begins."
    return "Its first fetch begins within seconds."


def _form(values: dict[str, object], account: MailAccount | None = None) -> AccountForm:
    form = AccountForm(data=values).explain(current_app.config["MAIL_DELETE_DELAY_HOURS"])
    form.offer(oauth.providers())
    if account is not None:
        form.protocol.choices = same_family(Protocol(account.protocol))
    return form


def _page(
    space: Space, form: AccountForm, account: MailAccount | None = None, result: CheckResult | None = None
) -> str:
    preset = PRESETS.get(request.args.get("preset", "")) if account is None else None
    return render(
        "mail/account.html",
        form=form,
        account=account,
        result=result,
        waiting=waiting_for(account) if account else "",
        was_tested=request.endpoint in {"mail.test_new_account", "mail.test_account"},
        presets=PRESETS.values(),
        preset=preset,
        default_ports={protocol.value: port for protocol, port in DEFAULT_PORTS.items()},
        delete_delay_hours=current_app.config["MAIL_DELETE_DELAY_HOURS"],
        breadcrumbs=to_accounts(space),
    )


def _to_list(space: Space) -> ResponseReturnValue:
    return redirect(url_for("mail.accounts", key=space.key), code=303)
