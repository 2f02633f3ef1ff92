"""The rows of all kinds of trash as one list, and what was chosen in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wiki import settings
from wiki.permissions.actor import Actor
from wiki.spaces.trash import TrashedItem, TrashKind, trash_kinds

ON_A_PAGE = 50
LAST_PAGE = 40
AT_ONCE = 500


@dataclass(frozen=True)
class Row:
    """A trashed thing with its kind; ``value`` stands for it in forms."""

    kind: TrashKind
    item: TrashedItem

    @property
    def value(self) -> str:
        """``kind:id``."""
        return f"{self.kind.name}:{self.item.id}"


@dataclass(frozen=True)
class TrashPage:
    """One page of the list, newest first; ``page`` counts from 1."""

    rows: Sequence[Row]
    page: int
    total: int

    @property
    def has_more(self) -> bool:
        """Whether a page follows. Nobody leafs on for ever: what is older comes up as newer things go."""
        return self.page * ON_A_PAGE < self.total and self.page < LAST_PAGE


def kinds() -> dict[str, TrashKind]:
    """The kinds whose feature is on."""
    return {
        name: kind
        for name, kind in trash_kinds().items()
        if kind.feature is None or settings.feature_is_on(kind.feature)
    }


def counts(space_id: int) -> dict[str, int]:
    """How many things of each kind are in the trash."""
    return {name: kind.count(space_id) for name, kind in kinds().items()}


def list_trash(space_id: int, page: int) -> TrashPage:
    """One page of everything in the trash.

    Each kind is asked for all rows up to the end of the page rather than for those before some moment: thousands
    of mails that were deleted together share theirs.
    """
    page = min(max(page, 1), LAST_PAGE)
    end = page * ON_A_PAGE
    found = [Row(kind, item) for kind in kinds().values() for item in kind.items(space_id, end, None)]
    found.sort(key=lambda row: (row.item.trashed_at, row.item.id), reverse=True)
    return TrashPage(found[end - ON_A_PAGE : end], page, sum(counts(space_id).values()))


def chosen(values: Iterable[str]) -> dict[str, list[int]]:
    """The ids that a form chose, by kind; what names nothing is left out."""
    known = kinds()
    found: dict[str, list[int]] = {}
    for value in values:
        name, _, number = value.partition(":")
        if name in known and number.isdecimal() and len(number) < 19:
            found.setdefault(name, []).append(int(number))
    return found


def restore(actor: Actor, space_id: int, ids: Mapping[str, Sequence[int]]) -> int:
    """Put things back where they were; gives their number."""
    return sum(kinds()[name].restore(actor, space_id, numbers) for name, numbers in ids.items())


def purge(actor: Actor, space_id: int, ids: Mapping[str, Sequence[int]]) -> int:
    """Destroy things for good; gives their number."""
    return sum(kinds()[name].purge(actor, space_id, numbers) for name, numbers in ids.items())


def purge_all(actor: Actor, space_id: int) -> int:
    """Destroy everything in the trash for good; gives the number of things."""
    return sum(_purge_kind(actor, space_id, kind) for kind in kinds().values())


def _purge_kind(actor: Actor, space_id: int, kind: TrashKind) -> int:
    purged = 0
    while items := kind.items(space_id, AT_ONCE, None):
        done = kind.purge(actor, space_id, [item.id for item in items])
        if not done:
            break  # a kind that keeps something back must not keep us here for ever
        purged += done
    return purged
