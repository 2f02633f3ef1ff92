"""The first set-up: groups, the one-time address, and how far it has come. Never commits.

A running site must never be set up anew by a stranger (CVE-2023-22515 and 22518 were that). So: no set-up begins where
there is, or was, a super user; the address works only until its first screen has made the administrator; the other
screens are for that person alone, signed in; and after the last one there is nothing here for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import select

from wiki import clock
from wiki.accounts import queries, service
from wiki.accounts.configured import super_group, users_group
from wiki.accounts.models import Group, SetUp, SetUpStep, User
from wiki.accounts.service import NewUser
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Conflict
from wiki.extensions import db
from wiki.permissions import service as permissions
from wiki.permissions.actor import SYSTEM, Actor, group_token
from wiki.permissions.catalogue import Permission

USERS_MAY = frozenset({Permission.SITE_USE, Permission.SITE_PERSONAL_SPACE, Permission.SITE_CREATE_SPACE})


def ensure_groups() -> tuple[Group, Group]:
    """Make the users' and the super users' group where they are missing; give both, in this order.

    Only a new users' group is given its rights: later they are the administrators' to change.
    """
    everybody = queries.find_group(users_group())
    if everybody is None:
        everybody = service.make_group(SYSTEM, users_group())
        permissions.grant_on_site(SYSTEM, group_token(everybody.id), USERS_MAY)
    super_users = queries.find_group(super_group()) or service.make_group(SYSTEM, super_group())
    return everybody, super_users


def is_wanted() -> bool:
    """Whether the site still waits for its first administrator."""
    under_way = _under_way()
    return (under_way is None or under_way.step == SetUpStep.ADMINISTRATOR) and not queries.is_anybody_super()


def begin() -> str:
    """Give the token for a new one-time address; an address from before is dead. Raises Conflict when set up."""
    if not is_wanted():
        raise Conflict("This site has been set up.")
    token = secrets.token_urlsafe(32)
    under_way = _under_way()
    if under_way is None:
        db.session.add(SetUp(token_hash=_hash(token), step=SetUpStep.ADMINISTRATOR, begun_at=clock.now()))
    else:
        under_way.token_hash = _hash(token)
        under_way.begun_at = clock.now()
    db.session.flush()
    return token


def is_token(token: str) -> bool:
    """Whether the token opens the first screen now."""
    under_way = _under_way()
    return under_way is not None and is_wanted() and hmac.compare_digest(under_way.token_hash, _hash(token))


def make_administrator(token: str, new: NewUser) -> User:
    """Use up the token and add the first super user. Raises Conflict for a dead token, and Invalid as for any user."""
    under_way = _under_way()
    if under_way is None or not is_token(token):
        raise Conflict("This address has been used.")
    _, super_users = ensure_groups()
    user = service.create_user(SYSTEM, NewUser(new.name, new.full_name, new.email, new.password, [super_users]))
    under_way.step = SetUpStep.SITE
    under_way.user_id = user.id
    under_way.token_hash = ""
    db.session.flush()
    return user


def step_of(actor: Actor) -> SetUpStep | None:
    """The screen at which the actor's set-up stands; None for anybody else, and when it is done."""
    under_way = _under_way()
    if under_way is None or under_way.step == SetUpStep.DONE or not actor.is_super:
        return None
    is_theirs = actor.id is not None and under_way.user_id == actor.id
    return SetUpStep(under_way.step) if is_theirs else None


def site_is_named() -> None:
    """The second screen is done."""
    _at(SetUpStep.SITE).step = SetUpStep.SPACE
    db.session.flush()


def finish(actor: Actor) -> None:
    """The third screen is done; set-up is closed for ever."""
    _at(SetUpStep.SPACE).step = SetUpStep.DONE
    record(actor, EventTag.SITE_SET_UP, "site")
    db.session.flush()


def _under_way() -> SetUp | None:
    return db.session.scalar(select(SetUp))


def _at(step: SetUpStep) -> SetUp:
    under_way = _under_way()
    if under_way is None or under_way.step != step:
        raise Conflict("This step of the set-up is done already.")
    return under_way


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
