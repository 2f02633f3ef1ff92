"""Loading a thing of the mail room for a view: the decorator that guards its space comes first, then one of these.

What is not in that space, or not the actor's to see, does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from wiki import settings
from wiki.errors import NotFound
from wiki.mail import account_queries, queries
from wiki.permissions.catalogue import Permission
from wiki.spaces.access import in_space
from wiki.spaces.models import Space
from wiki.web.access import View, current_actor
from wiki.web.navigation import SITE_ONLY

FEATURE = "mail"


def in_mail_space(permission: Permission) -> Callable[[View], View]:
    """Guard a view of the mail room: a site space, the mail archive switched on, and the permission in that space."""
    return in_space(permission, kinds=SITE_ONLY, feature=FEATURE)


def while_on(view: View) -> View:
    """Guard a view outside all spaces: it does not exist while the mail archive is switched off. Raises NotFound."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> object:
        if not settings.feature_is_on(FEATURE):
            raise NotFound
        return view(*args, **kwargs)

    return guarded


def with_account(view: View) -> View:
    """Replace ``account_id`` by the ``account`` of the space. Raises NotFound."""

    @wraps(view)
    def loaded(space: Space, account_id: int, **kwargs: Any) -> object:
        return view(space=space, account=account_queries.account(current_actor(), space, account_id), **kwargs)

    return loaded


def with_message(view: View) -> View:
    """Replace ``message_id`` by the ``message`` of the space. Raises NotFound."""

    @wraps(view)
    def loaded(space: Space, message_id: int, **kwargs: Any) -> object:
        return view(space=space, message=queries.message(current_actor(), space, message_id), **kwargs)

    return loaded
