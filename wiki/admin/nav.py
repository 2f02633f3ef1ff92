"""The administration's entries in the menus."""

from __future__ import annotations

from wiki.permissions.catalogue import Permission
from wiki.web.navigation import NavItem

# In the order in which they stand: section, endpoint, label, icon, and the endpoints below it.
SCREENS = (
    ("General", "general", "General settings", "sliders-horizontal", ()),
    ("General", "permissions", "Global permissions", "shield-check", ("add_principal",)),
    ("People", "users", "Users", "users", ("user", "new_user", "change_user", "set_password", "set_groups")),
    ("People", "groups", "Groups", "users-round", ("group", "add_member", "remove_member")),
    ("Add-ons", "manage_add_ons", "Manage Add-ons", "puzzle", ()),
    ("Activity", "jobs", "Scheduled jobs", "timer", ("job",)),
    ("Activity", "audit_log", "Audit log", "scroll-text", ()),
)

ITEMS = (
    NavItem(
        "admin.index",
        "site",
        "administration",
        "Administration",
        "admin.index",
        needs=Permission.SITE_ADMIN,
        order=90,
        icon="settings",
    ),
    *(
        NavItem(
            f"admin.{endpoint}",
            "admin",
            section,
            label,
            f"admin.{endpoint}",
            needs=Permission.SITE_ADMIN,
            order=place,
            icon=icon,
            also_active=tuple(f"admin.{further}" for further in below),
        )
        for place, (section, endpoint, label, icon, below) in enumerate(SCREENS)
    ),
)
