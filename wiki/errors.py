"""The domain's four ways to say no; :mod:`wiki.web.errors` turns them into 404, 403, 422 and 409."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """The base of what a person is told in a sentence instead of a traceback."""


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does."""


class NotAllowed(DomainError):
    """The actor sees the thing and may not do this to it."""


class Invalid(DomainError):
    """What was given cannot be taken: ``errors`` maps a field's name to a sentence for the person."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class Conflict(DomainError):
    """The thing has changed meanwhile, or cannot be in this state; the message is a sentence for the person."""
