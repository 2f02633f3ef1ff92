"""Where spaces and their administration stand in the menus."""

from __future__ import annotations

from wiki.permissions.catalogue import Permission
from wiki.web.navigation import NavItem

ITEMS = (
    NavItem(
        "spaces.directory",
        "site",
        "directories",
        "Spaces",
        "spaces.directory",
        needs=Permission.SITE_USE,
        order=20,
        icon="library",
    ),
    NavItem(
        "spaces.details",
        "space",
        "overview",
        "Space Details",
        "spaces.details",
        needs=Permission.SPACE_ADMIN,
        order=10,
        icon="info",
    ),
    NavItem(
        "spaces.permissions",
        "space",
        "permissions",
        "Permissions",
        "spaces.permissions",
        needs=Permission.SPACE_ADMIN,
        order=10,
        icon="lock-keyhole",
        also_active=("spaces.add_principal",),
    ),
    NavItem(
        "spaces.trash",
        "space",
        "content-tools",
        "Trash",
        "spaces.trash",
        needs=Permission.SPACE_ADMIN,
        order=60,
        icon="trash-2",
        also_active=("spaces.confirm_purge",),
    ),
    NavItem(
        "spaces.themes",
        "space",
        "look-and-feel",
        "Themes",
        "spaces.themes",
        needs=Permission.SPACE_ADMIN,
        order=10,
        icon="palette",
        also_active=("spaces.theme_settings",),
    ),
    NavItem(
        "create.space",
        "create",
        "",
        "Space",
        "spaces.new",
        needs=Permission.SITE_CREATE_SPACE,
        order=40,
        icon="folder-plus",
        signed_in=True,
    ),
    NavItem(
        "create.personal_space",
        "create",
        "",
        "Personal space",
        "spaces.personal",
        needs=Permission.SITE_PERSONAL_SPACE,
        order=50,
        icon="circle-user",
        signed_in=True,
    ),
)
