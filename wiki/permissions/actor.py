"""Who acts, as a value: made at sign-in by ``accounts``, so that no room below needs the User row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

ANYONE = "anonymous"


def user_token(user_id: int) -> str:
    """The principal that stands for one user in grants."""
    return f"user:{user_id}"


def group_token(group_id: int) -> str:
    """The principal that stands for the members of a group in grants."""
    return f"group:{group_id}"


@dataclass(frozen=True)
class Actor:
    """A person (or the system) at one moment. ``is_super``: a member of the super-user group, who may do all."""

    id: int | None
    name: str
    group_ids: frozenset[int] = frozenset()
    is_super: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Nobody has signed in."""
        return self.id is None and not self.is_super

    @cached_property
    def principals(self) -> frozenset[str]:
        """The grants that count for the actor; what anyone may do, everyone who signed in may do too."""
        if self.id is None:
            return frozenset({ANYONE})
        return frozenset({ANYONE, user_token(self.id), *(group_token(group_id) for group_id in self.group_ids)})


ANONYMOUS = Actor(id=None, name="Anonymous")
SYSTEM = Actor(id=None, name="System", is_super=True)
