"""What people do about signing in with a provider. Nothing here commits or talks to a provider.

A permission is asked for in three steps, of which only the middle one leaves the wiki: ``begin`` remembers who was
sent away and for which account, the person comes back with a code, ``take_attempt`` takes the memory away, so that
it serves once, and ``keep`` stores what the code was redeemed for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.crypto import seal, unseal
from wiki.errors import Invalid, NotAllowed
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.mail.models import MailAccount
from wiki.mail.oauth import exchange, queries
from wiki.mail.oauth.exchange import Tokens
from wiki.mail.oauth.models import OAuthAttempt, OAuthClient, OAuthGrant
from wiki.mail.oauth.providers import PROVIDERS
from wiki.mail.subjects import FETCH_JOB, account_subject
from wiki.permissions.actor import Actor
from wiki.words import joined

ATTEMPT_LIVES = timedelta(minutes=15)
_HTTPS = "Write an address that begins with https://."


@dataclass(frozen=True)
class ClientFields:
    """What an administrator fills in; ``secret`` '' keeps the stored one. The last four are of an own provider."""

    client_id: str
    secret: str = ""
    tenant: str = ""
    name: str = ""
    authorization_url: str = ""
    token_url: str = ""
    scope: str = ""
    hosts: tuple[str, ...] = ()


def register(actor: Actor, provider_id: str, fields: ClientFields) -> OAuthClient:
    """Store our registration with a provider. Raises NotAllowed to all but super users, and Invalid.

    The secret is meant for one place: when the address that it is sent to changes, it has to be typed anew.
    """
    _super_users_only(actor)
    client = queries.client(provider_id)
    moved = client is not None and (client.token_url, client.tenant) != (fields.token_url, fields.tenant)
    _check(provider_id, fields, secret_needed=client is None or moved)
    if moved:
        _forget_all(provider_id)  # what one place gave is never shown to another
    if client is None:
        client = OAuthClient(provider=provider_id)
        db.session.add(client)
    client.client_id, client.tenant, client.name = fields.client_id, fields.tenant, fields.name
    client.authorization_url, client.token_url = fields.authorization_url, fields.token_url
    client.scope, client.hosts = fields.scope, [host.lower() for host in fields.hosts]
    client.changed_at = clock.now()
    if fields.secret:
        client.secret_sealed = seal(fields.secret)
    db.session.flush()
    record(actor, EventTag.OAUTH_CLIENT_REGISTERED, f"oauth-client:{provider_id}", has_new_secret=bool(fields.secret))
    return client


def unregister(actor: Actor, client: OAuthClient) -> None:
    """Forget a registration, and with it what people allowed by it. Raises NotAllowed to all but super users."""
    _super_users_only(actor)
    _forget_all(client.provider)
    record(actor, EventTag.OAUTH_CLIENT_REMOVED, f"oauth-client:{client.provider}")
    db.session.delete(client)
    db.session.flush()


def check_host(provider_id: str, host: str) -> None:
    """Raise Invalid unless the provider can be used here and its tokens are meant for this mail server."""
    provider = queries.provider(provider_id)
    if provider is None:
        raise Invalid({"sign_in": queries.NOT_SET_UP})
    if host.lower() not in provider.hosts:
        raise Invalid({"host": f"Sign-ins of {provider.name} are only for {joined(provider.hosts)}."})


def begin(actor: Actor, account: MailAccount, redirect_url: str) -> str:
    """The address of the provider's page where the person allows it. Raises Invalid."""
    check_host(account.sign_in, account.host)
    state, verifier = exchange.new_secret(), exchange.new_secret()
    db.session.execute(delete(OAuthAttempt).where(OAuthAttempt.created_at < clock.now() - ATTEMPT_LIVES))
    db.session.add(
        OAuthAttempt(
            state_hash=_hash(state),
            account_id=account.id,
            user_id=actor.id,
            generation=account.generation,
            provider=account.sign_in,
            verifier_sealed=seal(verifier),
            created_at=clock.now(),
        )
    )
    db.session.flush()
    registration = queries.registration(account.sign_in, redirect_url)
    return exchange.authorization_address(registration, state, verifier, account.username)


@dataclass(frozen=True)
class Attempt:
    """Who came back, as plain values."""

    account_id: int
    generation: int
    provider: str
    verifier: str


def take_attempt(actor: Actor, state: str) -> Attempt | None:
    """What the person was sent away for; once. None for a state that is unknown, too old, or somebody else's."""
    attempt = db.session.scalar(
        select(OAuthAttempt).where(
            OAuthAttempt.state_hash == _hash(state),
            OAuthAttempt.user_id == actor.id,
            OAuthAttempt.created_at >= clock.now() - ATTEMPT_LIVES,
        )
    )
    if attempt is None:
        return None
    taken = Attempt(attempt.account_id, attempt.generation, attempt.provider, unseal(attempt.verifier_sealed))
    db.session.delete(attempt)
    db.session.flush()
    return taken


def keep(actor: Actor, account: MailAccount, attempt: Attempt, tokens: Tokens) -> None:
    """Store what was allowed, and fetch at once. Raises Invalid when the account has changed meanwhile."""
    if (account.generation, account.sign_in) != (attempt.generation, attempt.provider):
        raise Invalid({"sign_in": "The account was changed meanwhile; sign in again."})
    if not tokens.refresh:
        raise Invalid({"sign_in": "The provider allowed an hour only; take this wiki away there, and try again."})
    forget(account)
    db.session.add(
        OAuthGrant(
            account_id=account.id,
            provider=attempt.provider,
            refresh_token_sealed=seal(tokens.refresh),
            access_token_sealed=seal(tokens.access),
            expires_at=tokens.expires_at,
            granted_by=actor.name,
            granted_at=clock.now(),
        )
    )
    account.failures = 0
    account.next_fetch_at = clock.now()
    db.session.flush()
    record(actor, EventTag.MAIL_ACCOUNT_GRANTED, account_subject(account.id), provider=attempt.provider)
    if account.is_enabled:
        jobs.request(FETCH_JOB, account_subject(account.id), actor.name, account_id=account.id)


def forget(account: MailAccount) -> None:
    """Drop what was allowed for an account: it leads elsewhere now, or is signed in to with a password."""
    db.session.execute(delete(OAuthGrant).where(OAuthGrant.account_id == account.id))


def _forget_all(provider_id: str) -> None:
    for table in (OAuthGrant, OAuthAttempt):
        db.session.execute(delete(table).where(table.provider == provider_id))


def _check(provider_id: str, fields: ClientFields, *, secret_needed: bool) -> None:
    errors: dict[str, str] = {}
    if not fields.client_id:
        errors["client_id"] = "Type the client id."
    if secret_needed and not fields.secret:
        errors["secret"] = "Type the client secret; one that was stored is never sent to another address."  # noqa: S105
    if PROVIDERS[provider_id].has_tenants and not fields.tenant.replace("-", "").replace(".", "").isalnum():
        errors["tenant"] = "Type the tenant's id or domain, or “common” for accounts of all kinds."
    if provider_id == "own":
        errors.update({name: "Fill this in." for name in ("name", "scope") if not getattr(fields, name)})
        errors.update(
            {name: _HTTPS for name in ("authorization_url", "token_url") if not _is_safe(getattr(fields, name))}
        )
        if not fields.hosts:
            errors["hosts"] = "Name the mail servers that take its tokens, one on each line."
    if errors:
        raise Invalid(errors)


def _is_safe(address: str) -> bool:
    """HTTPS; on this machine itself, where nobody listens in, HTTP too."""
    return address.startswith(("https://", "http://localhost:", "http://127.0.0.1:")) and address.isprintable()


def _super_users_only(actor: Actor) -> None:
    if not actor.is_super:
        raise NotAllowed("Only super users set up how mail accounts sign in.")


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
