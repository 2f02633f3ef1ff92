"""Setting providers up, sending people to them, and receiving them when they come back."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.db import hold_nothing, transaction
from wiki.errors import Invalid, NotAllowed, NotFound
from wiki.mail.access import in_mail_space, while_on, with_account
from wiki.mail.breadcrumbs import to_accounts
from wiki.mail.models import MailAccount
from wiki.mail.oauth import exchange, queries, service
from wiki.mail.oauth.exchange import Refused, Unreachable
from wiki.mail.oauth.forms import ClientForm, stored_values
from wiki.mail.oauth.providers import PROVIDERS, Provider
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.access import current_actor, signed_in, site_admin
from wiki.web.forms import add_errors
from wiki.web.theming import render

NOT_EXPECTED = "This sign-in was begun too long ago, or by somebody else. Begin it again on the account's page."


@site_admin
@while_on
def providers() -> ResponseReturnValue:
    """List the providers and whether each is set up."""
    rows = [(provider, queries.client(provider.id)) for provider in PROVIDERS.values()]
    return render("mail/oauth/providers.html", rows=rows, may_change=current_actor().is_super)


@site_admin
@while_on
def provider(provider_id: str) -> ResponseReturnValue:
    """Set a provider up."""
    known = _known(provider_id)
    client = queries.client(provider_id)
    form = ClientForm(data=stored_values(client))
    if form.validate_on_submit():
        try:
            service.register(current_actor(), provider_id, form.fields(known))
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash(f"Mail accounts can sign in with {queries.registration(provider_id).provider.name} now.", "success")
            return redirect(url_for("mail.oauth_providers"), code=303)
    page = render(
        "mail/oauth/provider.html",
        provider=known,
        client=client,
        form=form,
        asked=form.asked_of(known),
        redirect_url=_callback_url(),
        may_change=current_actor().is_super,
    )
    return page, 422 if form.is_submitted() else 200


@site_admin
@while_on
def remove_provider(provider_id: str) -> ResponseReturnValue:
    """Forget a registration."""
    client = queries.client(_known(provider_id).id)
    if client is not None:
        service.unregister(current_actor(), client)
        flash("The registration is forgotten, and every sign-in that used it.", "success")
    return redirect(url_for("mail.oauth_providers"), code=303)


@in_mail_space(Permission.SPACE_ADMIN)
@with_account
def sign_in(space: Space, account: MailAccount) -> ResponseReturnValue:
    """Say what will be asked for, with a link to the provider's page: our pages may not send a form elsewhere."""
    try:
        address = service.begin(current_actor(), account, _callback_url())
    except Invalid as refusal:
        flash(" ".join(refusal.errors.values()), "error")
        return _to_accounts(space.key)
    return render(
        "mail/oauth/sign_in.html",
        account=account,
        provider=queries.provider(account.sign_in),
        address=address,
        breadcrumbs=to_accounts(space),
    )


@signed_in
def callback() -> ResponseReturnValue:
    """Take the code that somebody came back with; what they may do is looked at again."""
    with transaction():
        attempt = service.take_attempt(current_actor(), request.args.get("state", ""))
    if attempt is None:
        raise NotAllowed(NOT_EXPECTED)
    space, account = queries.administered(current_actor(), attempt.account_id)
    key, name = space.key, account.name
    if not request.args.get("code"):
        flash("The sign-in was not completed, so nothing was changed.", "warning")
        return _to_accounts(key)
    try:
        registration = queries.registration(attempt.provider, _callback_url())
        hold_nothing()
        tokens = exchange.redeem(registration, request.args["code"], attempt.verifier)
        with transaction():
            _space, account = queries.administered(current_actor(), attempt.account_id)
            service.keep(current_actor(), account, attempt, tokens)
    except (Refused, Unreachable) as failure:
        flash(str(failure), "error")
    except Invalid as refusal:
        flash(" ".join(refusal.errors.values()), "error")
    else:
        flash(f"The account {name} is signed in. Its next fetch begins within seconds.", "success")
    return _to_accounts(key)


def _known(provider_id: str) -> Provider:
    if provider_id not in PROVIDERS:
        raise NotFound
    return PROVIDERS[provider_id]


def _callback_url() -> str:
    return url_for("mail.oauth_callback", _external=True)


def _to_accounts(key: str) -> ResponseReturnValue:
    return redirect(url_for("mail.accounts", key=key), code=303)
