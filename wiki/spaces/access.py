"""Loading a space and checking the actor on it, in one move: a view gets the space or never runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g
from markupsafe import Markup
from sqlalchemy import select

from wiki import settings
from wiki.errors import NotAllowed, NotFound
from wiki.extensions import db
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.richtext import markdown
from wiki.spaces.models import Space
from wiki.web.access import View, current_actor, mark
from wiki.web.navigation import SITE_AND_PERSONAL, SpaceInView


def in_space(
    permission: Permission, *, kinds: frozenset[str] = SITE_AND_PERSONAL, feature: str | None = None
) -> Callable[[View], View]:
    """Replace the URL's ``key`` by the ``space`` for a view.

    Unknown, invisible, of another kind, or of a feature that is off: NotFound. Visible, but without the
    permission: NotAllowed.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(key: str, **kwargs: Any) -> object:
            if feature is not None and not settings.feature_is_on(feature):
                raise NotFound
            space = enter_space(key)
            if space.kind not in kinds:
                raise NotFound
            if not can(current_actor(), permission, space.id):
                raise NotAllowed("You can see this space, but your rights in it do not cover this.")
            return view(space=space, **kwargs)

        return mark(guarded, permission.value)

    return decorate


def enter_space(key: str) -> Space:
    """Load a space that the actor may see and make it the one in view (navigation, theme). Raises NotFound."""
    space = db.session.scalar(select(Space).where(Space.key_folded == key.casefold()))
    if space is None or not can(current_actor(), Permission.SPACE_VIEW, space.id):
        raise NotFound
    g.space = space
    g.space_in_view = SpaceInView(space.id, space.key, space.kind)
    g.space_theme = space.theme
    g.space_theme_settings = {name: _shown(value) for name, value in (space.theme_settings or {}).items()}
    return space


def _shown(value: object) -> object:
    """A setting of a theme as its templates draw it: texts are Markdown, without links between pages."""
    if not isinstance(value, str):
        return value
    return Markup(markdown.render(value, lambda _target: None))  # noqa: S704 - what richtext makes is sanitised
