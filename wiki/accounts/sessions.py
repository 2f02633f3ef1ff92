"""What a cookie stands for: a row that signing out removes. Writes only through its callers' transactions.

The cookie is Flask's signed session cookie and holds a random token. "Remember me" makes the browser keep it; there
is no second cookie that could outlive the first.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, session
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import delete, select

from wiki import clock
from wiki.accounts.models import Group, SignInSession, User, group_members
from wiki.extensions import db
from wiki.permissions.actor import Actor

LENGTH = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn:
    """What Flask-Login knows as the current user: one session of a user, and who acts in it."""

    session_id: int
    token: str
    user: User
    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def display_name(self) -> str:
        """The name that the person is greeted by."""
        return self.user.display_name

    def get_id(self) -> str:
        """The token that Flask-Login puts into its cookies."""
        return self.token


def install(login: LoginManager) -> None:
    """Tell Flask-Login how to find out who is signed in."""
    login.user_loader(load)
    login.session_protection = None  # the row is what counts; a changing address must not sign people out


def start(user: User) -> SignedIn:
    """Add a session for a user who has just proved who they are, and clear away all that have expired."""
    db.session.execute(delete(SignInSession).where(SignInSession.expires_at <= clock.now()))
    token = secrets.token_urlsafe(32)
    started = SignInSession(token_hash=_hash(token), user=user, created_at=clock.now(), expires_at=clock.now() + LENGTH)
    db.session.add(started)
    db.session.flush()
    return SignedIn(started.id, token, user, actor_of(user))


def load(token: str) -> SignedIn | None:
    """The living session of a token, with its actor; None when it has ended or the user was disabled."""
    found = db.session.scalar(select(SignInSession).where(SignInSession.token_hash == _hash(token)))
    if found is None or found.expires_at <= clock.now() or not found.user.is_active:
        return None
    return SignedIn(found.id, token, found.user, actor_of(found.user))


def current() -> SignedIn | None:
    """The session of this request, None for somebody who has not signed in."""
    return current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001 - Werkzeug's way


def remember(signed_in: SignedIn, *, after_closing: bool) -> None:
    """Put the session into this browser's cookie, and nothing of what stood there before (session fixation).

    ``after_closing``: the browser keeps the cookie when it is closed.
    """
    session.clear()
    session.permanent = after_closing
    login_user(signed_in)


def forget() -> None:
    """Empty this browser's cookie."""
    session.clear()
    logout_user()


def is_remembered() -> bool:
    """Whether this browser keeps its cookie when it is closed."""
    return session.permanent


def end(session_id: int) -> None:
    """Remove a session: its cookie, and every copy of it, opens nothing from now on."""
    db.session.execute(delete(SignInSession).where(SignInSession.id == session_id))


def end_all(user: User) -> None:
    """Remove all sessions of a user."""
    db.session.execute(delete(SignInSession).where(SignInSession.user_id == user.id))


def actor_of(user: User) -> Actor:
    """The user as an actor, with the groups of this moment."""
    groups = db.session.execute(
        select(Group.id, Group.name).join(group_members).where(group_members.c.user_id == user.id)
    ).all()
    return Actor(
        id=user.id,
        name=user.name,
        group_ids=frozenset(group.id for group in groups),
        is_super=any(group.name == current_app.config["SUPER_GROUP"] for group in groups),
    )


def renewed(actor: Actor) -> Actor | None:
    """Who an actor is at this moment, for what lasts longer than a request; None for a user who was disabled."""
    if actor.id is None:
        return actor
    user = db.session.scalar(select(User).where(User.id == actor.id).execution_options(populate_existing=True))
    return actor_of(user) if user is not None and user.is_active else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
