"""Where the mail room stands in the menus: in site spaces, while the mail archive is switched on."""

from __future__ import annotations

from wiki.permissions.catalogue import Permission
from wiki.web.navigation import SITE_ONLY, NavItem

ITEMS = (
    NavItem(
        "mail.accounts",
        "space",
        "integrations",
        "Mail Accounts",
        "mail.accounts",
        needs=Permission.SPACE_ADMIN,
        space_kinds=SITE_ONLY,
        feature="mail",
        order=10,
        icon="mailbox",
        also_active=(
            "mail.new_account",
            "mail.test_new_account",
            "mail.account",
            "mail.choose_folders",
            "mail.edit_account",
            "mail.test_account",
        ),
    ),
    NavItem(
        "mail.oauth_providers",
        "admin",
        "Add-ons",
        "Mail sign-in",
        "mail.oauth_providers",
        needs=Permission.SITE_ADMIN,
        feature="mail",
        order=10,
        icon="key-round",
        also_active=("mail.oauth_provider",),
    ),
    NavItem(
        "mail.imports",
        "space",
        "integrations",
        "Mailbox Import",
        "mail.imports",
        needs=Permission.SPACE_ADMIN,
        space_kinds=SITE_ONLY,
        feature="mail",
        order=20,
        icon="package-open",
        also_active=("mail.upload",),
    ),
    NavItem(
        "mail.export",
        "space",
        "content-tools",
        "Export",
        "mail.export",
        needs=Permission.SPACE_EXPORT,
        space_kinds=SITE_ONLY,
        feature="mail",
        order=70,
        icon="download",
    ),
    NavItem(
        "mail.archive",
        "space",
        "integrations",
        "Mail",
        "mail.archive",
        needs=Permission.SPACE_VIEW,
        space_kinds=SITE_ONLY,
        feature="mail",
        order=30,
        icon="mail",
        also_active=("mail.message", "mail.thread", "mail.headers", "mail.set_aside"),
    ),
)
