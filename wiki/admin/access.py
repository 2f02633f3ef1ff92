"""Loading a user or a group for an administrator, in one move: a view gets it or never runs."""

from __future__ import annotations

from functools import wraps
from typing import Any

from wiki.accounts import queries
from wiki.errors import NotFound
from wiki.web.access import View, site_admin


def on_user(view: View) -> View:
    """Replace the URL's ``name`` by the ``user``, active or not. For administrators of the site."""

    @site_admin
    @wraps(view)
    def guarded(name: str, **kwargs: Any) -> object:
        user = queries.find_user(name)
        if user is None:
            raise NotFound
        return view(user=user, **kwargs)

    return guarded


def on_group(view: View) -> View:
    """Replace the URL's ``group_id`` by the ``group``. For administrators of the site."""

    @site_admin
    @wraps(view)
    def guarded(group_id: int, **kwargs: Any) -> object:
        return view(group=queries.group(group_id), **kwargs)

    return guarded
