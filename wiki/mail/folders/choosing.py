r"""Which folders are worth reading: what is ticked at first, and what a choice means for a list. Pure.

Off at first are spam, the bin and drafts, which are no record of anything, and views of mail that stands elsewhere
(``\All``, ``\Flagged``, ``\Important``, RFC 6154 and 8457). On Gmail it is the other way round: every folder but
``\All`` is a view, so that alone is read, and the labels come with each message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from wiki.mail.transport.protocol import Folder

_OFF = frozenset({r"\junk", r"\trash", r"\drafts", r"\all", r"\flagged", r"\important"})
# For servers that say nothing of special use.
_USUAL_NAMES = frozenset(
    {
        "junk", "junk e-mail", "junk email", "spam", "bulk", "bulk mail", "trash", "deleted", "deleted items",
        "deleted messages", "drafts", "draft", "entwürfe", "papierkorb", "gelöscht", "gelöschte elemente",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The folders to read by name; with ``reads_all`` also every other that is usual, but for those ``left_out``."""

    folders: tuple[str, ...]
    reads_all: bool = False
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Branch:
    """A folder as a line of the tree: its own name without those above it, and how deep it stands."""

    folder: Folder
    label: str
    depth: int


def preselected(listed: Sequence[Folder], *, are_labels: bool) -> set[str]:
    """The folders that are ticked when nothing has been chosen yet."""
    readable = [folder for folder in listed if folder.is_selectable]
    everything = {folder.name for folder in readable if folder.role == r"\all"}
    if are_labels and everything:
        return everything
    return {folder.name for folder in readable if _is_usual(folder)}


def wanted(choice: Choice, listed: Sequence[Folder], *, are_labels: bool, never: Collection[str] = ()) -> list[str]:
    """The folders to read, in the server's order; named ones that the server has no more come last.

    ``never`` are folders that archived mail is moved to: reading them would bring all of it again.
    """
    if not choice.reads_all:
        return list(choice.folders)
    usual = preselected(listed, are_labels=are_labels) - set(choice.left_out)
    there = {folder.name for folder in listed}
    found = [folder.name for folder in listed if folder.is_selectable and folder.name in usual | set(choice.folders)]
    return [name for name in (*found, *(each for each in choice.folders if each not in there)) if name not in never]


def tree(listed: Sequence[Folder]) -> Iterator[Branch]:
    """The folders with their depth, each below the one it belongs to."""
    for folder in sorted(listed, key=_place):
        parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
        label = folder.label.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.label
        yield Branch(folder, label or folder.label, len(parts) - 1)


def _place(folder: Folder) -> tuple[bool, list[str]]:
    parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
    return parts[0].upper() != "INBOX", [part.casefold() for part in parts]


def _is_usual(folder: Folder) -> bool:
    last = folder.name.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.name
    return folder.role not in _OFF and (bool(folder.role) or last.casefold() not in _USUAL_NAMES)
