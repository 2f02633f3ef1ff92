"""Questions about rights: may this actor do that? Filters for queries come from here, and nothing is written here."""

from __future__ import annotations

from flask import g, has_request_context
from sqlalchemy import Select, false, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from wiki.extensions import db
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.models import SiteGrant, SpaceGrant


def can(actor: Actor, permission: Permission, space_id: int | None = None) -> bool:
    """Whether the actor has the permission, on the site or in the given space.

    A space's permissions count only for those who may use the site at all.
    """
    if actor.is_super:
        return True
    site = _site_permissions(actor)
    if permission.is_site_wide:
        return permission in site
    if space_id is None or Permission.SITE_USE not in site:
        return False
    return permission in space_permissions(actor, space_id)


def space_permissions(actor: Actor, space_id: int) -> frozenset[str]:
    """The permissions that grants give the actor in a space (the super user's power is not a grant)."""
    cached = _cache("space_permissions")
    key = (actor, space_id)
    if key not in cached:
        cached[key] = frozenset(
            db.session.scalars(
                select(SpaceGrant.permission).where(
                    SpaceGrant.space_id == space_id, SpaceGrant.principal.in_(actor.principals)
                )
            )
        )
    return cached[key]


def space_ids(actor: Actor, permission: Permission) -> Select[int]:
    """Select the ids of the spaces in which the actor has the permission, for use inside a query."""
    if actor.is_super:
        # A plain text table: the spaces room is above this one and must not be imported.
        return select(literal_column("spaces.id")).select_from(db.metadata.tables["spaces"])
    granted = select(SpaceGrant.space_id).distinct()
    return granted.where(_granted(actor, permission))


def forget() -> None:
    """Drop what this request remembers of rights, after grants have changed."""
    if has_request_context():
        g.pop("space_permissions", None)
        g.pop("site_permissions", None)


def _granted(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    if Permission.SITE_USE not in _site_permissions(actor):
        return false()
    return SpaceGrant.principal.in_(actor.principals) & (SpaceGrant.permission == permission.value)


def _site_permissions(actor: Actor) -> frozenset[str]:
    cached = _cache("site_permissions")
    if actor not in cached:
        cached[actor] = frozenset(
            db.session.scalars(select(SiteGrant.permission).where(SiteGrant.principal.in_(actor.principals)))
        )
    return cached[actor]


def _cache(name: str) -> dict[object, frozenset[str]]:
    """Rights do not change during a request; outside one nothing is remembered."""
    if not has_request_context():
        return {}
    if name not in g:
        setattr(g, name, {})
    cached: dict[object, frozenset[str]] = getattr(g, name)
    return cached
