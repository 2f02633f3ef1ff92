"""Which providers can be used, and what has been allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from wiki import settings
from wiki.crypto import unseal
from wiki.errors import Invalid, NotFound
from wiki.extensions import db
from wiki.mail.models import MailAccount
from wiki.mail.oauth.exchange import Registration
from wiki.mail.oauth.models import OAuthClient, OAuthGrant
from wiki.mail.oauth.providers import PROVIDERS, Provider
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space

NOT_SET_UP = "This way to sign in has not been set up by an administrator."


def administered(actor: Actor, account_id: int) -> tuple[Space, MailAccount]:
    """An account, wherever it is, that the actor administers, with its space. Raises NotFound."""
    found = db.session.execute(
        select(Space, MailAccount)
        .join(MailAccount, MailAccount.space_id == Space.id)
        .where(MailAccount.id == account_id, Space.id.in_(space_ids(actor, Permission.SPACE_ADMIN)))
    ).one_or_none()
    if found is None or not settings.feature_is_on("mail"):
        raise NotFound
    return found[0], found[1]


def client(provider_id: str) -> OAuthClient | None:
    """Our registration with a provider, if there is one."""
    return db.session.scalar(select(OAuthClient).where(OAuthClient.provider == provider_id))


def provider(provider_id: str) -> Provider | None:
    """A provider that an administrator has set up."""
    ours = client(provider_id)
    return None if ours is None else _resolved(ours)


def providers() -> list[Provider]:
    """All providers that an administrator has set up."""
    return [_resolved(ours) for ours in db.session.scalars(select(OAuthClient).order_by(OAuthClient.provider))]


def registration(provider_id: str, redirect_url: str = "") -> Registration:
    """What a provider knows us by. Raises Invalid (key ``sign_in``) when it is not set up, and CannotUnseal."""
    ours = client(provider_id)
    if ours is None or ours.secret_sealed is None:
        raise Invalid({"sign_in": NOT_SET_UP})
    return Registration(_resolved(ours), ours.client_id, unseal(ours.secret_sealed), redirect_url)


def grants(account_ids: Sequence[int]) -> dict[int, OAuthGrant]:
    """What was allowed for accounts, by their ids."""
    rows = db.session.scalars(select(OAuthGrant).where(OAuthGrant.account_id.in_(account_ids)))
    return {grant.account_id: grant for grant in rows}


def _resolved(ours: OAuthClient) -> Provider:
    known = PROVIDERS[ours.provider].of_tenant(ours.tenant)
    if ours.provider != "own":
        return known
    return replace(
        known,
        name=ours.name,
        authorization_url=ours.authorization_url,
        token_url=ours.token_url,
        scope=ours.scope,
        hosts=tuple(ours.hosts),
    )
