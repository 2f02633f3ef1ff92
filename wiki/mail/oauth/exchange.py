"""The talk with a provider: codes and refresh tokens for access tokens (RFC 6749 sections 4.1 and 6, RFC 7636).

Nothing here knows the database. Redirects are not followed, and no proxy of the environment is used.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client

from wiki.mail.oauth.providers import Provider

SECONDS = 20
_USUAL_LIFE = 3600  # seconds; RFC 6749 section 5.1 only recommends that a provider says it


class Refused(Exception):
    """The provider does not give us tokens any more, or never did; somebody has to allow it anew. A sentence."""


class Unreachable(Exception):
    """The provider cannot be asked just now; a later try may succeed. A sentence."""


@dataclass(frozen=True)
class Registration:
    """A provider with what it knows us by, and where it sends people back to; the secret never shows in ``repr``."""

    provider: Provider
    client_id: str
    secret: str = field(repr=False)
    redirect_url: str = ""


@dataclass(frozen=True)
class Tokens:
    """What a provider gave; ``refresh`` is empty where it gave no new one. Neither ever shows in ``repr``."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime


def new_secret() -> str:
    """A state, or a code verifier (RFC 7636 section 4.1), that nobody can guess."""
    return secrets.token_urlsafe(48)


def authorization_address(registration: Registration, state: str, verifier: str, username: str) -> str:
    """Where to send the person who allows it."""
    with _client(registration) as client:
        address, _state = client.create_authorization_url(
            registration.provider.authorization_url,
            state=state,
            code_verifier=verifier,
            login_hint=username,
            **registration.provider.parameters,
        )
    return str(address)


def redeem(registration: Registration, code: str, verifier: str) -> Tokens:
    """The tokens for the code that somebody came back with. Raises Refused and Unreachable."""
    return _tokens(registration, grant_type="authorization_code", code=code, code_verifier=verifier)


def renew(registration: Registration, refresh_token: str) -> Tokens:
    """A new access token. Raises Refused and Unreachable."""
    return _tokens(registration, grant_type="refresh_token", refresh_token=refresh_token)


def _tokens(registration: Registration, **grant: str) -> Tokens:
    name = registration.provider.name
    try:
        with _client(registration) as client:
            answer = client.fetch_token(registration.provider.token_url, **grant)
    except AuthlibBaseError as error:
        raise _in_words(name, str(error.error or "")) from error
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unreachable(f"{name} could not be asked for access just now; nothing was changed.") from error
    return _understood(name, answer)


def _in_words(name: str, code: str) -> Refused | Unreachable:
    """What an error of RFC 6749 section 5.2 means for people."""
    if code in {"invalid_client", "unauthorized_client"}:
        return Refused(f"{name} does not know this wiki: the client id or its secret is wrong.")
    if code in {"invalid_grant", "access_denied", "invalid_scope", "invalid_request", "unsupported_grant_type"}:
        return Refused(f"{name} does not allow this any more; allow it again on the account's page.")
    return Unreachable(f"{name} gave no access just now; nothing was changed.")


def _understood(name: str, answer: Any) -> Tokens:
    access, refresh = answer.get("access_token"), answer.get("refresh_token") or ""
    if not isinstance(access, str) or not access or not isinstance(refresh, str):
        raise Unreachable(f"{name} answered, but without an access token.")
    try:
        seconds = min(max(int(answer.get("expires_in", _USUAL_LIFE)), 0), 30 * 24 * 3600)
    except (TypeError, ValueError):
        seconds = _USUAL_LIFE
    return Tokens(access, refresh, datetime.now(UTC) + timedelta(seconds=seconds))


def _client(registration: Registration) -> OAuth2Client:
    return OAuth2Client(
        registration.client_id,
        registration.secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method; both providers take it
        scope=registration.provider.scope,
        redirect_uri=registration.redirect_url,
        code_challenge_method="S256",
        timeout=SECONDS,
        follow_redirects=False,
        trust_env=False,
    )
