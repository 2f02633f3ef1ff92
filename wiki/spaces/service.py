"""What can be done to spaces. Each verb is on record; none commits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from wiki import clock
from wiki.accounts.configured import super_group, users_group
from wiki.accounts.queries import find_group
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.permissions import queries as grants
from wiki.permissions.actor import Actor, group_token, user_token
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.permissions.check import can
from wiki.permissions.service import grant_in_space
from wiki.spaces import queries
from wiki.spaces.home import space_home
from wiki.spaces.models import Space, SpaceKind

LONGEST_NAME = 255
LONGEST_DESCRIPTION = 2_000
LONGEST_MARKUP = 20_000
Grants = Mapping[str, AbstractSet[str]]

KEY = re.compile(r"[A-Za-z0-9]{1,255}")
# These stand where a key stands in an address.
RESERVED_KEYS = frozenset({"new", "personal"})

# What everybody who may use the wiki gets in a new site space: to read, to write, and to tidy up what they wrote.
# Deleting what others said, deleting mail and administration are for those whom an administrator chooses.
EVERYDAY = frozenset(
    {
        Permission.SPACE_VIEW,
        Permission.PAGE_ADD,
        Permission.PAGE_RESTRICT,
        Permission.PAGE_DELETE,
        Permission.BLOG_ADD,
        Permission.COMMENT_ADD,
        Permission.ATTACHMENT_ADD,
        Permission.SPACE_EXPORT,
    }
)
# And what they get in somebody's personal space.
VISITING = frozenset({Permission.SPACE_VIEW, Permission.COMMENT_ADD})


def create_space(actor: Actor, *, key: str, name: str, description: str = "", theme: str | None = None) -> Space:
    """Make a site space with a home page; ``theme`` is the id of a theme, None for the site's.

    The actor becomes its administrator; the system makes the super users' group that. Raises NotAllowed, and
    Invalid with the fields ``key``, ``name`` and ``description``.
    """
    if not can(actor, Permission.SITE_CREATE_SPACE):
        raise NotAllowed("You do not have the right to create spaces.")
    key = key.strip()
    wrong = {"key": _problem_with_key(key)} | _problems_with_details(name, description)
    _refuse(wrong)
    space = Space(
        key=key,
        key_folded=key.casefold(),
        name=name.strip(),
        description=description.strip(),
        kind=SpaceKind.SITE,
        theme=theme,
    )
    return _begin(actor, space, EVERYDAY)


def create_personal_space(actor: Actor) -> Space:
    """Make the space that belongs to the actor alone. Raises NotAllowed, or Conflict if they have one."""
    if actor.id is None or not can(actor, Permission.SITE_PERSONAL_SPACE):
        raise NotAllowed("You do not have the right to a personal space.")
    if queries.personal_space_of(actor.id) is not None:
        raise Conflict("You have a personal space already.")
    key = f"~{actor.name}"
    space = Space(key=key, key_folded=key.casefold(), name=queries.display_name(actor.id), kind=SpaceKind.PERSONAL)
    space.owner_id = actor.id
    return _begin(actor, space, VISITING)


def update_details(actor: Actor, space: Space, *, name: str, description: str) -> None:
    """Change what people read about the space. Raises Invalid (``name``, ``description``)."""
    _require_admin(actor, space)
    _refuse(_problems_with_details(name, description))
    before = space.name
    space.name, space.description = name.strip(), description.strip()
    db.session.flush()
    record(actor, EventTag.SPACE_CHANGED, _subject(space), what="details", before=before, name=space.name)


def set_theme(actor: Actor, space: Space, theme_id: str | None) -> None:
    """Choose a theme for the space, None for the site's. The edges offer only themes that exist."""
    _require_admin(actor, space)
    if space.theme == theme_id:
        return
    space.theme = theme_id
    db.session.flush()
    record(actor, EventTag.SPACE_CHANGED, _subject(space), what="theme", theme=theme_id)


def set_theme_settings(actor: Actor, space: Space, values: Mapping[str, str | bool]) -> None:
    """Set some of the settings that the space's theme declares; texts are Markdown. Raises Invalid by setting."""
    _require_admin(actor, space)
    too_long = f"At most {LONGEST_MARKUP:,} characters fit here."
    _refuse(
        {name: too_long for name, value in values.items() if isinstance(value, str) and len(value) > LONGEST_MARKUP}
    )
    # A new mapping: a change inside the old one would not be noticed.
    space.theme_settings = {**(space.theme_settings or {}), **values}
    db.session.flush()
    record(actor, EventTag.SPACE_CHANGED, _subject(space), what="theme settings", names=sorted(values))


def set_permissions(actor: Actor, space: Space, wanted: Mapping[str, AbstractSet[Permission]]) -> None:
    """Make what each principal of ``wanted`` has in the space exactly that; others keep what they have.

    Whoever may do anything in a space may view it. The owner of a personal space stays its administrator, and the
    last administrator cannot be taken away: Conflict. Raises Invalid for what is never given to anonymous.
    """
    _require_admin(actor, space)
    db.session.refresh(space, with_for_update=True)  # two administrators must not each take the other's away
    before = grants.space_grants(space.id)
    after = {**before, **{principal: with_view(permissions) for principal, permissions in wanted.items()}}
    _keep_an_administrator(space, before, after)
    # Anonymous, for whom alone a permission can be refused, sorts first: nothing is granted before a refusal.
    for principal in sorted(wanted):
        if after[principal] != before.get(principal, frozenset()):
            grant_in_space(actor, space.id, principal, with_view(wanted[principal]))


def with_view(permissions: AbstractSet[Permission]) -> frozenset[Permission]:
    """The permissions, with View if there is any other."""
    return frozenset(permissions) | ({Permission.SPACE_VIEW} if permissions else frozenset())


def _begin(actor: Actor, space: Space, for_users: AbstractSet[Permission]) -> Space:
    space.created_by_id = actor.id
    space.created_at = clock.now()
    db.session.add(space)
    db.session.flush()
    record(actor, EventTag.SPACE_CREATED, _subject(space), key=space.key, name=space.name)
    users = find_group(users_group())
    if users is not None:
        grant_in_space(actor, space.id, group_token(users.id), frozenset(for_users))
    administrator = _first_administrator(actor)
    if administrator is not None:
        grant_in_space(actor, space.id, administrator, SPACE_PERMISSIONS)
    space_home().begin(actor, space)
    return space


def _keep_an_administrator(space: Space, before: Grants, after: Grants) -> None:
    """Refuse to take the last one's Admin; a super user's power is no grant and does not count."""
    owner = user_token(space.owner_id) if space.owner_id is not None else None
    if owner in _administrators(before) and owner not in _administrators(after):
        raise Conflict("The owner of a personal space stays its administrator.")
    if queries.is_anybody_among(_administrators(before)) and not queries.is_anybody_among(_administrators(after)):
        raise Conflict("Somebody must stay administrator of this space; give Admin to another person or group first.")


def _administrators(granted: Grants) -> list[str]:
    return [principal for principal, permissions in granted.items() if Permission.SPACE_ADMIN in permissions]


def _first_administrator(actor: Actor) -> str | None:
    if actor.id is not None:
        return user_token(actor.id)
    group = find_group(super_group())
    return group_token(group.id) if group is not None else None


def _problem_with_key(key: str) -> str | None:
    if not KEY.fullmatch(key):
        return "A key is made of the letters A to Z and digits, 255 at most."
    if key.casefold() in RESERVED_KEYS:
        return "This word is part of the wiki's own addresses; choose another key."
    if queries.by_key(key) is not None:
        return "There is a space with this key already, perhaps one that you do not see."
    return None


def _problems_with_details(name: str, description: str) -> dict[str, str | None]:
    wrong_name = None
    if not name.strip():
        wrong_name = "Give the space a name."
    elif len(name.strip()) > LONGEST_NAME:
        wrong_name = f"A name has {LONGEST_NAME} characters at most."
    too_long = len(description.strip()) > LONGEST_DESCRIPTION
    return {
        "name": wrong_name,
        "description": f"A description has {LONGEST_DESCRIPTION:,} characters at most." if too_long else None,
    }


def _refuse(problems: Mapping[str, str | None]) -> None:
    errors = {field: sentence for field, sentence in problems.items() if sentence is not None}
    if errors:
        raise Invalid(errors)


def _require_admin(actor: Actor, space: Space) -> None:
    if not can(actor, Permission.SPACE_ADMIN, space.id):
        raise NotAllowed("Only an administrator of this space may change that.")


def _subject(space: Space) -> str:
    return f"space:{space.id}"
