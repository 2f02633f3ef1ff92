"""Who may come to a view. Every view is marked; a test lists those that are not.

Only the generic part is here: a room that loads a thing and checks the actor on it has its own ``access.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from flask_login import current_user

from wiki.errors import NotAllowed
from wiki.permissions.actor import ANONYMOUS, Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can

View = Callable[..., Any]
MARK = "postroom_access"


def current_actor() -> Actor:
    """Who acts in this request."""
    if not current_user.is_authenticated:
        return ANONYMOUS
    actor: Actor = current_user.actor
    return actor


def mark(view: View, rule: str) -> View:
    """Note on a view which rule guards it."""
    setattr(view, MARK, rule)
    return view


def public(reason: str) -> Callable[[View], View]:
    """Open to everyone; the reason says why that is right."""

    def decorate(view: View) -> View:
        return mark(view, f"public: {reason}")

    return decorate


def signed_in(view: View) -> View:
    """Open to everyone who has signed in."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> object:
        if current_actor().is_anonymous:
            raise NotAllowed("Sign in first.")
        return view(*args, **kwargs)

    return mark(guarded, "signed in")


def require(permission: Permission) -> Callable[[View], View]:
    """Open to those who have a site-wide permission; the error handler sends anonymous to sign in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> object:
            if not can(current_actor(), permission):
                raise NotAllowed("You do not have the right to do this.")
            return view(*args, **kwargs)

        return mark(guarded, permission.value)

    return decorate


def site_admin(view: View) -> View:
    """Open to administrators of the site and super users."""
    return require(Permission.SITE_ADMIN)(view)


def safe_next(default: str) -> str:
    r"""The local address that a form or link wants to come back to, or the default.

    One leading slash, nothing that a browser could read as another host: ``/\evil``, ``//evil`` and control
    characters pass a netloc check (docs/reliability.md, section 4).
    """
    wanted = request.values.get("next", "")
    if (
        not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or any(ord(character) < 0x21 or ord(character) == 0x7F for character in wanted)
    ):
        return default
    return wanted
