"""Loading a page and checking the actor on it, in one move: a view gets space and page or never runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, url_for

from wiki.errors import NotFound
from wiki.pages import queries
from wiki.pages.models import Page
from wiki.pages.titles import slug
from wiki.permissions.catalogue import Permission
from wiki.spaces.access import in_space
from wiki.spaces.models import Space
from wiki.web.access import View


def on_page(permission: Permission) -> Callable[[View], View]:
    """Replace the URL's ``key`` and ``page_id`` by ``space`` and ``page`` for a view.

    A page that is in the trash, or in another space, or in a space that the actor does not see: NotFound.
    Visible, but without the permission: NotAllowed.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def with_page(space: Space, page_id: int, **kwargs: Any) -> object:
            return view(space=space, page=enter_page(space, page_id), **kwargs)

        return in_space(permission)(with_page)

    return decorate


def enter_page(space: Space, page_id: int) -> Page:
    """Load a living page of the space and make it the one in view, for the page tree. Raises NotFound."""
    page = queries.living(space.id, page_id)
    if page is None:
        raise NotFound
    g.page = page
    return page


def page_url(space_key: str, page_id: int, title: str) -> str:
    """The lasting address of a page. The number decides; the words after it are for people."""
    return url_for("pages.show", key=space_key, page_id=page_id, slug=slug(title))
