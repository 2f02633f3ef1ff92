"""Where pages stand in the menus."""

from __future__ import annotations

from wiki.permissions.catalogue import Permission
from wiki.web.navigation import NavItem

ITEMS = (
    NavItem(
        "pages.index",
        "space",
        "content",
        "Pages",
        "pages.index",
        needs=Permission.SPACE_VIEW,
        order=10,
        icon="file-text",
    ),
    NavItem(
        "create.page",
        "create",
        "",
        "Page",
        "pages.new",
        needs=Permission.PAGE_ADD,
        order=10,
        icon="file-plus",
    ),
)
