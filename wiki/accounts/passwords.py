"""Passwords: what is asked of one, and Argon2. Knows no user and no database."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import current_app

SHORTEST = 10
LONGEST = 1000


def problem_with(password: str, user_name: str) -> str | None:
    """A sentence about why the password cannot be taken, or None."""
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters; a few words make a good one."
    if len(password) > LONGEST:
        return f"A password can have {LONGEST:,} characters at most."
    if password.casefold() == user_name.casefold():
        return "The password must not be the user name."
    return None


def hash_of(password: str) -> str:
    """What is stored instead of the password. Takes tens of milliseconds, on purpose."""
    return _configured().hash(_normal(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; for None (no such user) the answer takes as long and is no."""
    hasher = _configured()
    # Made even when it is not needed, so that the first unknown name after a start is not the slow one.
    nobody = _hash_of_nobody(hasher.time_cost, hasher.memory_cost)
    try:
        return hasher.verify(stored or nobody, _normal(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _configured().check_needs_rehash(stored)


def _normal(password: str) -> str:
    # The same key presses give composed letters on one system and decomposed ones on another.
    return unicodedata.normalize("NFKC", password)


def _configured() -> PasswordHasher:
    return _hasher(
        int(current_app.config.get("ARGON2_TIME_COST", RFC_9106_LOW_MEMORY.time_cost)),
        int(current_app.config.get("ARGON2_MEMORY_KIB", RFC_9106_LOW_MEMORY.memory_cost)),
    )


@lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=RFC_9106_LOW_MEMORY.parallelism)


@lru_cache(maxsize=4)
def _hash_of_nobody(time_cost: int, memory_kib: int) -> str:
    return _hasher(time_cost, memory_kib).hash("the password of nobody")
