"""What administrators change about the site as a whole; each change is on record. Never commits."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from wiki import settings
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.permissions import queries as grants
from wiki.permissions import service as permissions
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission


def change_settings(actor: Actor, wanted: Mapping[str, bool | str]) -> list[str]:
    """Set what differs from what is; give the names of those settings."""
    before = {name: _value_of(name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    for name in changed:
        settings.put(name, wanted[name])
        record(actor, EventTag.SETTING_CHANGED, f"setting:{name}", before=before[name], after=wanted[name])
    return changed


def switch_add_on(actor: Actor, name: str, *, is_on: bool) -> None:
    """Enable or disable an optional part of the wiki. Nothing of it is lost while it is off."""
    change_settings(actor, {f"{name}.enabled": is_on})


def change_site_permissions(actor: Actor, wanted: Mapping[str, AbstractSet[Permission]]) -> None:
    """Make what each principal of ``wanted`` may do on the site exactly that; others keep what they have.

    Raises Invalid for what is never given to anonymous, before anything is granted.
    """
    before = grants.site_grants()
    # Anonymous, for whom alone a permission can be refused, sorts first.
    for principal in sorted(wanted):
        if wanted[principal] != before.get(principal, frozenset()):
            permissions.grant_on_site(actor, principal, wanted[principal])


def _value_of(name: str) -> bool | str:
    is_switch = isinstance(settings.declared()[name].default, bool)
    return settings.get_bool(name) if is_switch else settings.get_str(name)
