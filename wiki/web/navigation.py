"""Navigation declared once, as data without HTML; a theme only says where each section stands and draws it.

A room offers ``NavItem`` values in its ``nav.py``. Here they are resolved for one actor in one space: feature,
kind of space, permission, address, and which one is active.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for

from wiki import settings
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.web.theme import Region, Theme

EXTENSION = "postroom.navigation"
SITE_AND_PERSONAL = frozenset({"site", "personal"})
SITE_ONLY = frozenset({"site"})
THEMED_MENUS = frozenset({"site", "space"})
SPARE_REGION = "more"


@dataclass(frozen=True)
class NavItem:
    """An entry of a menu.

    ``id`` is what a theme's placements name; ``menu`` is ``space`` or ``site`` (placed by the theme), or a core
    menu (``create``, ``user``, ``admin``). ``needs`` None: whoever sees the page may follow the entry.
    ``also_active`` are further endpoints under which the entry is the current one.
    """

    id: str
    menu: str
    section: str
    label: str
    endpoint: str
    needs: Permission | None = None
    space_kinds: frozenset[str] = SITE_AND_PERSONAL
    feature: str | None = None
    order: int = 50
    icon: str = "circle"
    signed_in: bool = False
    also_active: tuple[str, ...] = ()


@dataclass(frozen=True)
class SpaceInView:
    """What navigation needs to know of the space that is shown; ``spaces`` makes it."""

    id: int
    key: str
    kind: str


@dataclass(frozen=True)
class Entry:
    """An item ready to be drawn."""

    id: str
    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class Section:
    """A titled group of entries."""

    id: str
    label: str
    items: tuple[Entry, ...]

    @property
    def active(self) -> bool:
        """Whether one of its entries is the current one."""
        return any(item.active for item in self.items)


def install(app: Flask, items: Iterable[NavItem]) -> None:
    """Give the app its one navigation tree."""
    app.extensions[EXTENSION] = tuple(sorted(items, key=lambda item: (item.order, item.label)))


def all_items() -> tuple[NavItem, ...]:
    """The whole tree, in its order."""
    found: tuple[NavItem, ...] = current_app.extensions[EXTENSION]
    return found


def is_visible(item: NavItem, actor: Actor, space: SpaceInView | None) -> bool:
    """Whether the actor is offered the item here."""
    if item.menu == "space" and (space is None or space.kind not in item.space_kinds):
        return False
    if item.feature is not None and not settings.feature_is_on(item.feature):
        return False
    if item.signed_in and actor.is_anonymous:
        return False
    if item.needs is None:
        return True
    if item.needs.is_site_wide:
        return can(actor, item.needs)
    # Outside of a space nobody is offered what needs one, not even those who may do all.
    return space is not None and can(actor, item.needs, space.id)


def sections(menu: str, theme: Theme, actor: Actor, space: SpaceInView | None) -> list[Section]:
    """Resolve a region of the theme, or a core menu, to what this actor may see of it; empty sections are left out."""
    region = theme.regions.get(menu)
    visible = [item for item in all_items() if is_visible(item, actor, space)]
    if region is None:
        return _core_menu(menu, visible, theme, space)
    found = []
    for section in region.sections:
        items = [item for item in visible if _place(item, theme) == (region.id, section.id)]
        if items:
            found.append(Section(section.id, section.label, tuple(_entry(item, space) for item in items)))
    return found


def entry_path(item_id: str, theme: Theme) -> list[str]:
    """The labels by which a reader of the theme comes to an item: "Space tools", "Integrations", "Mail Accounts"."""
    item = next(item for item in all_items() if item.id == item_id)
    region_id, section_id = _place(item, theme)
    region = theme.regions[region_id]
    section = next(section for section in region.sections if section.id == section_id)
    return [label for label in (*region.path, section.label, item.label) if label]


def _core_menu(menu: str, visible: list[NavItem], theme: Theme, space: SpaceInView | None) -> list[Section]:
    if menu == SPARE_REGION:
        chosen = [item for item in visible if item.menu in THEMED_MENUS and _place(item, theme)[0] == SPARE_REGION]
    else:
        chosen = [item for item in visible if item.menu == menu]
    grouped: dict[str, list[NavItem]] = {}
    for item in chosen:
        grouped.setdefault(item.section, []).append(item)
    return [
        Section(name.lower().replace(" ", "-"), name, tuple(_entry(item, space) for item in items))
        for name, items in grouped.items()
    ]


def _place(item: NavItem, theme: Theme) -> tuple[str, str]:
    """Where the theme puts the item: its own placement first, then whichever section takes the item's."""
    if item.id in theme.placements:
        return theme.placements[item.id]
    for region in theme.regions.values():
        for section in region.sections:
            if item.section in section.takes and item.menu in THEMED_MENUS:
                return region.id, section.id
    return SPARE_REGION, item.section


def _entry(item: NavItem, space: SpaceInView | None) -> Entry:
    values: dict[str, Any] = {"key": space.key} if item.menu == "space" and space else {}
    if item.menu == "create" and space and current_app.url_map.is_endpoint_expecting(item.endpoint, "key"):
        values = {"key": space.key}
    return Entry(
        id=item.id,
        label=item.label,
        url=url_for(item.endpoint, **values),
        icon=item.icon,
        active=request.endpoint is not None and request.endpoint in (item.endpoint, *item.also_active),
    )


def opener(region: Region, theme: Theme, actor: Actor, space: SpaceInView | None) -> str | None:
    """The address of a region's first visible entry: where "Space Admin" and "Space tools" lead."""
    for section in sections(region.id, theme, actor, space):
        return section.items[0].url
    return None
