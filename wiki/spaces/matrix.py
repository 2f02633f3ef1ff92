"""The space permission matrix as the screen shows it, and what was changed on it.

The form carries what it showed. Only what somebody changed is applied, to what stands there now: two
administrators who save one after the other do not undo each other's changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby

from wiki.accounts.principals import PrincipalKind, describe
from wiki.permissions.actor import ANYONE
from wiki.permissions.catalogue import NEVER_ANONYMOUS, SPACE_MATRIX, SPACE_PERMISSIONS, Permission

SEPARATOR = "|"


@dataclass(frozen=True)
class Box:
    """One cell; ``value`` is what the form sends when it is ticked. Not ``offered``: can never be given."""

    value: str
    label: str
    is_ticked: bool
    is_offered: bool


@dataclass(frozen=True)
class Row:
    """One principal's cells, in the order of the columns; ``shown`` is what the form carries for comparison."""

    principal: str
    kind: PrincipalKind
    name: str
    boxes: tuple[Box, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The values of the cells that were ticked when the form was drawn."""
        return tuple(box.value for box in self.boxes if box.is_ticked)


def heads() -> list[tuple[str, int]]:
    """The groups of columns with the number of columns in each."""
    return [(group, len(list(columns))) for group, columns in groupby(SPACE_MATRIX, key=lambda column: column.group)]


def rows(granted: Mapping[str, AbstractSet[str]]) -> list[Row]:
    """A row for each principal that was given anything, and always one for anonymous."""
    return [
        Row(principal, known.kind, known.name, tuple(_boxes(principal, granted.get(principal, frozenset()))))
        for principal, known in describe({*granted, ANYONE}).items()
    ]


def grouped(of: Iterable[Row]) -> list[tuple[PrincipalKind, list[Row]]]:
    """Rows that follow each other and are of one kind, together."""
    return [(kind, list(members)) for kind, members in groupby(of, key=lambda row: row.kind)]


def changes(
    granted: Mapping[str, AbstractSet[str]], shown: Sequence[str], ticked: Sequence[str]
) -> dict[str, frozenset[Permission]]:
    """What the principals whose cells were changed shall have now, for ``service.set_permissions``."""
    added = _cells(set(ticked) - set(shown))
    taken = _cells(set(shown) - set(ticked))
    known = describe({*granted, *(principal for principal, _ in (*added, *taken)), ANYONE})
    wanted: dict[str, set[Permission]] = {}
    for principal, _ in (*added, *taken):
        if principal in known:
            wanted.setdefault(principal, {Permission(value) for value in granted.get(principal, frozenset())})
    for principal, permission in added:
        if principal in wanted:
            wanted[principal].add(permission)
    for principal, permission in taken:
        if principal in wanted:
            wanted[principal].discard(permission)
    return {principal: frozenset(permissions) for principal, permissions in wanted.items()}


def _boxes(principal: str, given: AbstractSet[str]) -> Iterable[Box]:
    for column in SPACE_MATRIX:
        yield Box(
            value=f"{principal}{SEPARATOR}{column.permission.value}",
            label=f"{column.group}: {column.label}",
            is_ticked=column.permission.value in given,
            is_offered=not (principal == ANYONE and column.permission in NEVER_ANONYMOUS),
        )


def _cells(values: Iterable[str]) -> list[tuple[str, Permission]]:
    """The cells that the form's values name; values that name none are nobody's tick."""
    by_name = {permission.value: permission for permission in SPACE_PERMISSIONS}
    found = [value.rsplit(SEPARATOR, 1) for value in sorted(values) if SEPARATOR in value]
    return [(principal, by_name[name]) for principal, name in found if name in by_name]
