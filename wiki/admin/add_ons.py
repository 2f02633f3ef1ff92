"""The parts of the wiki that can be switched off; the setting ``<name>.enabled`` says whether one is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiki import settings


class AddOnFilter(StrEnum):
    """Which add-ons the screen shows."""

    USER_INSTALLED = "user-installed"
    SYSTEM = "system"
    ALL = "all"


@dataclass(frozen=True)
class AddOn:
    """An optional part, in an administrator's words. ``while_off`` says what becomes of what it keeps."""

    name: str
    label: str
    description: str
    while_off: str
    icon: str

    @property
    def is_on(self) -> bool:
        """Whether it is switched on now."""
        return settings.feature_is_on(self.name)


SYSTEM_ADD_ONS = (
    AddOn(
        "mail",
        "Mail Archiving",
        "Spaces collect mail from mailboxes, keep it beside their pages, and find it with the one search.",
        "While it is off, every mail menu, screen, job and search result is gone; the archived mail stays as it is.",
        "mails",
    ),
)


def find(name: str) -> AddOn | None:
    """The add-on of that name."""
    return next((add_on for add_on in SYSTEM_ADD_ONS if add_on.name == name), None)


def shown(wanted: AddOnFilter) -> Sequence[AddOn]:
    """The add-ons of a filter. All that exist come with the wiki: none can be installed into it."""
    return () if wanted is AddOnFilter.USER_INSTALLED else SYSTEM_ADD_ONS
