"""The access token of an account, renewed when its time is nearly over; no transaction is held meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from wiki import clock
from wiki.crypto import seal, unseal
from wiki.db import reading, transaction
from wiki.errors import Invalid
from wiki.mail.models import MailAccount
from wiki.mail.oauth import exchange, queries
from wiki.mail.oauth.exchange import Refused, Unreachable
from wiki.mail.oauth.models import OAuthGrant
from wiki.mail.oauth.service import check_host
from wiki.mail.transport.endpoint import AccessToken

SPARE = timedelta(minutes=5)
"""A fetch may take a while before it signs in again."""

NOT_ALLOWED = "Nobody has signed in for this account yet; do it on the Mail Accounts screen."


def access_token(account_id: int, generation: int, *, renewed: bool = False) -> AccessToken:
    """A token that a mail server will take; ``renewed`` asks for a new one although the old one's time is not over.

    ``generation`` is the account's as the caller knows it: what was allowed for one mailbox opens no other. Raises
    Invalid (key ``sign_in``) with a sentence when there is none to be had, and CannotUnseal.
    """
    with reading() as session:
        grant = session.scalar(
            select(OAuthGrant)
            .join(MailAccount, MailAccount.id == OAuthGrant.account_id)
            .where(
                MailAccount.id == account_id,
                MailAccount.generation == generation,
                MailAccount.sign_in == OAuthGrant.provider,
            )
        )
        if grant is None or grant.refresh_token_sealed is None:
            raise Invalid({"sign_in": NOT_ALLOWED})
        check_host(grant.provider, session.get_one(MailAccount, account_id).host)
        if grant.refused:
            raise Invalid({"sign_in": grant.refused})
        if grant.access_token_sealed is not None and not renewed and grant.expires_at > clock.now() + SPARE:
            return AccessToken(unseal(grant.access_token_sealed))
        allowed, sealed = (grant.id, grant.granted_at), grant.refresh_token_sealed
        registration = queries.registration(grant.provider)
    try:
        tokens = exchange.renew(registration, unseal(sealed))
    except Refused as refusal:
        _note(allowed, {"refused": str(refusal), "access_token_sealed": None})
        raise Invalid({"sign_in": str(refusal)}) from refusal
    except Unreachable as failure:
        raise Invalid({"sign_in": str(failure)}) from failure
    values: dict[str, object] = {"access_token_sealed": seal(tokens.access), "expires_at": tokens.expires_at}
    if tokens.refresh:
        # Microsoft gives a new one each time, and the old one ends with it or soon after.
        values["refresh_token_sealed"] = seal(tokens.refresh)
    _note(allowed, values)
    return AccessToken(tokens.access)


def _note(allowed: tuple[int, datetime], values: dict[str, object]) -> None:
    """Write down what came of it, unless somebody allowed it anew meanwhile."""
    with transaction() as session:
        session.execute(
            update(OAuthGrant).where(OAuthGrant.id == allowed[0], OAuthGrant.granted_at == allowed[1]).values(**values)
        )
