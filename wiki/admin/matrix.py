"""The matrix of global permissions as the screen shows it, and what was changed on it.

The form carries what it showed, so that only what somebody changed is applied: two administrators who save one after
the other do not undo each other's changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from wiki.accounts.principals import PrincipalKind, describe
from wiki.permissions.actor import ANYONE
from wiki.permissions.catalogue import NEVER_ANONYMOUS, SITE_MATRIX, SITE_PERMISSIONS, Permission

SEPARATOR = "|"


@dataclass(frozen=True)
class Box:
    """One cell; ``value`` is what the form sends when it is ticked. Not ``is_offered``: it can never be given."""

    value: str
    label: str
    is_ticked: bool
    is_offered: bool


@dataclass(frozen=True)
class Row:
    """One principal's cells, in the order of the columns."""

    kind: PrincipalKind
    name: str
    boxes: tuple[Box, ...]


def rows(granted: Mapping[str, AbstractSet[str]], also: Iterable[str] = ()) -> list[Row]:
    """A row for each principal that was given anything, for those of ``also``, and always one for anonymous."""
    return [
        Row(known.kind, known.name, tuple(_boxes(principal, granted.get(principal, frozenset()))))
        for principal, known in describe({*granted, *also, ANYONE}).items()
    ]


def changes(
    granted: Mapping[str, AbstractSet[str]], shown: Sequence[str], ticked: Sequence[str]
) -> dict[str, frozenset[Permission]]:
    """What each principal with a changed cell shall have now; principals that do not exist are left out."""
    added, taken = _cells(set(ticked) - set(shown)), _cells(set(shown) - set(ticked))
    wanted = {
        principal: {Permission(value) for value in granted.get(principal, frozenset())}
        for principal in describe({principal for principal, _ in added | taken})
    }
    for principal, permissions in wanted.items():
        permissions |= {permission for whose, permission in added if whose == principal}
        permissions -= {permission for whose, permission in taken if whose == principal}
    return {principal: frozenset(permissions) for principal, permissions in wanted.items()}


def _boxes(principal: str, given: AbstractSet[str]) -> Iterable[Box]:
    for column in SITE_MATRIX:
        yield Box(
            value=f"{principal}{SEPARATOR}{column.permission.value}",
            label=column.label,
            is_ticked=column.permission.value in given,
            is_offered=not (principal == ANYONE and column.permission in NEVER_ANONYMOUS),
        )


def _cells(values: Iterable[str]) -> set[tuple[str, Permission]]:
    """The cells that the form's values name; a value that names none is nobody's tick."""
    by_name = {permission.value: permission for permission in SITE_PERMISSIONS}
    found = (value.rsplit(SEPARATOR, 1) for value in values if SEPARATOR in value)
    return {(principal, by_name[name]) for principal, name in found if name in by_name}
