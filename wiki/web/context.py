"""What every template can use; rooms above add theirs through ``wiki/rooms.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, g, request
from flask_login import current_user

from wiki import settings
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.web import navigation
from wiki.web.access import current_actor
from wiki.web.filters import FILTERS
from wiki.web.icons import icon
from wiki.web.static_files import static_url, theme_static_url
from wiki.web.theming import active_theme

SCHEMES = ("auto", "light", "dark")
SCHEME_COOKIE = "postroom_scheme"


def install(app: Flask, additions: Mapping[str, Callable[..., object]]) -> None:
    """Give templates their functions, and each page its context."""
    app.jinja_env.globals.update(
        icon=icon,
        static_url=static_url,
        Permission=Permission,
        nav=_nav,
        nav_opener=_nav_opener,
        nav_path=_nav_path,
        feature_is_on=settings.feature_is_on,
        **additions,
    )
    app.jinja_env.filters.update(FILTERS)
    app.context_processor(_page_context)


def _page_context() -> dict[str, object]:
    theme = active_theme()
    actor = current_actor()
    return {
        "actor": actor,
        "person": current_user.display_name if current_user.is_authenticated else None,
        "site": {"name": settings.get_str("site.name"), "sign_up_open": settings.get_bool("accounts.sign_up_open")},
        "theme": theme,
        "theme_settings": {setting.name: setting.default for setting in theme.settings}
        | dict(g.get("space_theme_settings") or {}),
        "theme_static": lambda name: theme_static_url(theme.id, name),
        "space": g.get("space"),
        "can": lambda permission, space_id=None: can(actor, permission, space_id or _space_id()),
        "search_query": request.args.get("q", "") if request.endpoint == "search.index" else "",
        "scheme": scheme(),
        "here": request.full_path.rstrip("?"),
    }


def scheme() -> str:
    """The reader's colour scheme: ``auto`` unless a cookie says otherwise."""
    wanted = request.cookies.get(SCHEME_COOKIE, "auto")
    return wanted if wanted in SCHEMES else "auto"


def _nav(menu: str) -> list[navigation.Section]:
    return navigation.sections(menu, active_theme(), current_actor(), g.get("space_in_view"))


def _nav_opener(region_id: str) -> str | None:
    theme = active_theme()
    return navigation.opener(theme.regions[region_id], theme, current_actor(), g.get("space_in_view"))


def _nav_path(item_id: str) -> list[str]:
    return navigation.entry_path(item_id, active_theme())


def _space_id() -> int | None:
    space = g.get("space_in_view")
    return space.id if space is not None else None
