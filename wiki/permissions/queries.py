"""Reading grants for the screens that show them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from wiki.extensions import db
from wiki.permissions.models import SiteGrant, SpaceGrant


def space_grants(space_id: int) -> Mapping[str, frozenset[str]]:
    """What each principal was given in a space, for the matrix."""
    found: dict[str, set[str]] = {}
    for grant in db.session.scalars(select(SpaceGrant).where(SpaceGrant.space_id == space_id)):
        found.setdefault(grant.principal, set()).add(grant.permission)
    return {principal: frozenset(permissions) for principal, permissions in found.items()}


def site_grants() -> Mapping[str, frozenset[str]]:
    """What each principal was given on the site, for the matrix."""
    found: dict[str, set[str]] = {}
    for grant in db.session.scalars(select(SiteGrant)):
        found.setdefault(grant.principal, set()).add(grant.permission)
    return {principal: frozenset(permissions) for principal, permissions in found.items()}
