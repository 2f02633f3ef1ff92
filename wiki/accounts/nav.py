"""Where people stand in the menus."""

from __future__ import annotations

from wiki.permissions.catalogue import Permission
from wiki.web.navigation import NavItem

ITEMS = (
    NavItem(
        "people.directory",
        "site",
        "directories",
        "People",
        "accounts.people",
        needs=Permission.SITE_USE,
        order=30,
        icon="users",
        signed_in=True,
        also_active=("accounts.profile",),
    ),
    NavItem(
        "accounts.profile",
        "user",
        "",
        "Profile",
        "accounts.own_profile",
        order=10,
        icon="circle-user",
        signed_in=True,
        also_active=("accounts.edit_profile",),
    ),
    NavItem(
        "accounts.password",
        "user",
        "",
        "Change password",
        "accounts.change_password",
        order=20,
        icon="key-round",
        signed_in=True,
    ),
)
