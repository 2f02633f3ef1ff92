"""Granting and taking back; each change is on record. Never commits."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import delete, select

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Invalid
from wiki.extensions import db
from wiki.permissions import check
from wiki.permissions.actor import ANYONE, Actor
from wiki.permissions.catalogue import NEVER_ANONYMOUS, SITE_PERMISSIONS, SPACE_PERMISSIONS, Permission
from wiki.permissions.models import SiteGrant, SpaceGrant


def grant_in_space(actor: Actor, space_id: int, principal: str, permissions: AbstractSet[Permission]) -> None:
    """Make ``permissions`` exactly what the principal has in the space; the empty set takes all back.

    Raises Invalid when a permission is not one of a space, or is never given to anonymous.
    """
    _refuse_wrong(principal, permissions, SPACE_PERMISSIONS)
    before = set(
        db.session.scalars(
            select(SpaceGrant.permission).where(SpaceGrant.space_id == space_id, SpaceGrant.principal == principal)
        )
    )
    wanted = {permission.value for permission in permissions}
    if before == wanted:
        return
    db.session.execute(
        delete(SpaceGrant).where(
            SpaceGrant.space_id == space_id,
            SpaceGrant.principal == principal,
            SpaceGrant.permission.in_(before - wanted),
        )
    )
    db.session.add_all(
        SpaceGrant(space_id=space_id, principal=principal, permission=value) for value in sorted(wanted - before)
    )
    db.session.flush()
    check.forget()
    record(
        actor,
        EventTag.SPACE_PERMISSIONS_CHANGED,
        f"space:{space_id}",
        principal=principal,
        given=sorted(wanted - before),
        taken=sorted(before - wanted),
    )


def grant_on_site(actor: Actor, principal: str, permissions: AbstractSet[Permission]) -> None:
    """Make ``permissions`` exactly what the principal has on the whole site. Raises Invalid as above."""
    _refuse_wrong(principal, permissions, SITE_PERMISSIONS)
    before = set(db.session.scalars(select(SiteGrant.permission).where(SiteGrant.principal == principal)))
    wanted = {permission.value for permission in permissions}
    if before == wanted:
        return
    db.session.execute(
        delete(SiteGrant).where(SiteGrant.principal == principal, SiteGrant.permission.in_(before - wanted))
    )
    db.session.add_all(SiteGrant(principal=principal, permission=value) for value in sorted(wanted - before))
    db.session.flush()
    check.forget()
    record(
        actor,
        EventTag.SITE_PERMISSIONS_CHANGED,
        "site",
        principal=principal,
        given=sorted(wanted - before),
        taken=sorted(before - wanted),
    )


def _refuse_wrong(principal: str, permissions: AbstractSet[Permission], known: AbstractSet[Permission]) -> None:
    if permissions - known:
        raise Invalid({"permissions": "That permission cannot be granted here."})
    if principal == ANYONE and permissions & NEVER_ANONYMOUS:
        raise Invalid({"permissions": "Administration is never given to people who have not signed in."})
