"""THE TABLE: everything that exists, listed by hand. Nothing registers itself on import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from flask import Blueprint
from sqlalchemy.orm import InstrumentedAttribute

from wiki.accounts import commands as accounts_commands
from wiki.accounts import nav as accounts_nav
from wiki.accounts import urls as accounts
from wiki.admin import nav as admin_nav
from wiki.admin import search_commands
from wiki.admin import urls as admin
from wiki.dashboard import views as dashboard
from wiki.jobs.registry import Job
from wiki.mail import commands as mail_commands
from wiki.mail import indexing as mail_indexing
from wiki.mail import jobs as mail_jobs
from wiki.mail import nav as mail_nav
from wiki.mail import trash as mail_trash
from wiki.mail import urls as mail
from wiki.mail.extraction import indexing as attachment_indexing
from wiki.mail.keeping import jobs as keeping_jobs
from wiki.mail.keeping import queries as keeping_queries
from wiki.mail.models import MailAccount
from wiki.mail.oauth.models import OAuthClient, OAuthGrant
from wiki.pages import access as pages_access
from wiki.pages import home as pages_home
from wiki.pages import indexing as pages_indexing
from wiki.pages import nav as pages_nav
from wiki.pages import trash as pages_trash
from wiki.pages import tree as pages_tree
from wiki.pages import urls as pages
from wiki.search import health as search_health
from wiki.search import jobs as search_jobs
from wiki.search import views as search
from wiki.search.registry import Kind
from wiki.settings import Setting
from wiki.spaces import commands as spaces_commands
from wiki.spaces import nav as spaces_nav
from wiki.spaces import urls as spaces
from wiki.spaces.trash import TrashKind
from wiki.web import static_files
from wiki.web import views as web
from wiki.web.navigation import NavItem

ROOMS = ("accounts", "spaces", "pages", "mail", "search", "admin", "dashboard")

BLUEPRINTS: tuple[Blueprint, ...] = (
    web.blueprint,
    static_files.blueprint,
    accounts.blueprint,
    *admin.BLUEPRINTS,
    dashboard.blueprint,
    spaces.blueprint,
    pages.blueprint,
    mail.blueprint,
    search.blueprint,
)
NAV: tuple[NavItem, ...] = (
    *accounts_nav.ITEMS,
    *admin_nav.ITEMS,
    *spaces_nav.ITEMS,
    *pages_nav.ITEMS,
    *mail_nav.ITEMS,
)
JOBS: tuple[Job, ...] = (*mail_jobs.JOBS, *keeping_jobs.JOBS, *search_jobs.JOBS)
# What stands at the front of each space.
SPACE_HOME = pages_home.HOME
KINDS: tuple[Kind, ...] = (pages_indexing.KIND, mail_indexing.KIND, attachment_indexing.KIND)
TRASH: tuple[TrashKind, ...] = (pages_trash.TRASH, mail_trash.KIND)
COMMANDS: tuple[click.Command, ...] = (
    *accounts_commands.COMMANDS,
    *spaces_commands.COMMANDS,
    *mail_commands.COMMANDS,
    *search_commands.COMMANDS,
)
CONTEXT: Mapping[str, Callable[..., object]] = {
    "page_tree": pages_tree.for_navigation,
    "page_url": pages_access.page_url,
}

# Columns that hold sealed secrets: ``flask crypto rotate`` seals them anew.
SEALED: tuple[tuple[type[MailAccount | OAuthClient | OAuthGrant], InstrumentedAttribute[bytes | None]], ...] = (
    (MailAccount, MailAccount.password_sealed),
    (OAuthClient, OAuthClient.secret_sealed),
    (OAuthGrant, OAuthGrant.refresh_token_sealed),
    (OAuthGrant, OAuthGrant.access_token_sealed),
)
# What ``flask doctor`` looks at besides the foundation: a name, and whether it is well, with a sentence.
DOCTORS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("index", search_health.index_is_well),
    ("archive", keeping_queries.archive_is_well),
)

SETTINGS: tuple[Setting, ...] = (
    Setting("site.name", "Postroom", "The name of the site, in the header and the title of each page."),
    Setting("site.theme", "default", "The theme of the site, and of each space that has chosen none."),
    Setting("accounts.sign_up_open", False, "Whether anybody may sign up."),
    Setting("mail.enabled", True, "Whether the mail archive is switched on."),
)

TEMPLATES: tuple[Path, ...] = tuple(Path(__file__).parent / room / "templates" for room in ROOMS)
