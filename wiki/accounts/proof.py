"""Proving who one is. Opens its own transactions, as jobs do: a failed try stays counted though the answer is an error.

Argon2 takes its time on purpose, and the database has one writer; so passwords are compared between transactions,
and views that use this are marked ``reads_only``.
"""

from __future__ import annotations

from wiki.accounts import passwords, queries, sessions, throttle
from wiki.accounts.models import User
from wiki.accounts.sessions import SignedIn
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import transaction
from wiki.permissions.actor import ANONYMOUS


def sign_in(name: str, password: str, address: str) -> SignedIn | None:
    """Start a session for whoever knows the password; None for a wrong one, an unknown name and a disabled user alike.

    Raises TooManyTries.
    """
    user_id = _prove(name, password, address)
    if user_id is None:
        return None
    with transaction() as session:
        user = session.get_one(User, user_id, populate_existing=True)
        throttle.strike_out(name, address)
        if passwords.is_outdated(user.password_hash):
            user.password_hash = passwords.hash_of(password)
        started = sessions.start(user)
        record(started.actor, EventTag.USER_SIGNED_IN, f"user:{user.id}", address=address)
        return started


def is_password_of(user: User, password: str, address: str) -> bool:
    """Whether somebody who is signed in knows their password. Raises TooManyTries."""
    name = user.name
    if _prove(name, password, address) is None:
        return False
    with transaction():
        throttle.strike_out(name, address)
    return True


def _prove(name: str, password: str, address: str) -> int | None:
    """Count the try, then give the id of the user whose password it is."""
    with transaction():
        throttle.count_try(name, address)
        user = queries.find_user(name)
        known = user.id if user else None
        stored = user.password_hash if user and user.is_active else None
    if passwords.matches(password, stored):
        return known
    # Unknown names are on record too (without the name): one write less would tell by its time that nobody has it.
    subject = f"user:{known}" if known is not None else "user:unknown"
    with transaction():
        record(ANONYMOUS, EventTag.USER_SIGN_IN_FAILED, subject, address=address)
    return None
