"""What can be done with users and groups, one function for each intention. Never commits.

Super-user power is membership of one group. So only super users change that group or the users in it: otherwise an
administrator could add themselves, or set a super user's password and be them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from wiki import clock
from wiki.accounts import passwords, queries, sessions
from wiki.accounts.configured import super_group, users_group
from wiki.accounts.models import Group, User
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.permissions import service as permissions
from wiki.permissions.actor import Actor, group_token
from wiki.permissions.models import SpaceGrant

USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}")
LONGEST_GROUP_NAME = 100
ONLY_SUPER_USERS = "Only super users can change the group of super users and its members."


@dataclass(frozen=True)
class NewUser:
    """What a person is made of. They join the users' group and ``groups``."""

    name: str
    full_name: str
    email: str
    password: str
    groups: Sequence[Group] = ()


def create_user(actor: Actor, new: NewUser) -> User:
    """Add a user. Raises Invalid with the fields ``name``, ``full_name``, ``email`` and ``password``."""
    wrong = {
        "name": _problem_with_name(new.name),
        "full_name": _problem_with_full_name(new.full_name),
        "email": _problem_with_email(new.email),
        "password": passwords.problem_with(new.password, new.name),
    }
    _refuse(wrong)
    for group in new.groups:
        _only_super_for_group(actor, group)
    user = User(
        name=new.name,
        full_name=new.full_name,
        email=new.email,
        password_hash=passwords.hash_of(new.password),
        is_active=True,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    record(actor, EventTag.USER_CREATED, f"user:{user.id}", name=user.name)
    everybody = queries.find_group(users_group())
    for group in (*([everybody] if everybody else []), *new.groups):
        add_to_group(actor, group, user)
    return user


def change_profile(actor: Actor, user: User, *, full_name: str, email: str) -> None:
    """Change what a user is called and reached by; the sign-in name never changes. Raises Invalid."""
    if actor.id != user.id:
        _only_super_for_user(actor, user)
    _refuse({"full_name": _problem_with_full_name(full_name), "email": _problem_with_email(email)})
    user.full_name = full_name
    user.email = email
    db.session.flush()


def change_password(actor: Actor, user: User, password: str) -> None:
    """Set a new password and end all sessions of the user. Raises Invalid (field ``password``)."""
    if actor.id != user.id:
        _only_super_for_user(actor, user)
    _refuse({"password": passwords.problem_with(password, user.name)})
    user.password_hash = passwords.hash_of(password)
    sessions.end_all(user)
    record(actor, EventTag.USER_PASSWORD_CHANGED, f"user:{user.id}", name=user.name)
    db.session.flush()


def disable_user(actor: Actor, user: User) -> None:
    """Let a user in no more and end their sessions; what they wrote stays. Raises Conflict for oneself and the last."""
    _only_super_for_user(actor, user)
    if actor.id == user.id:
        raise Conflict("You cannot disable yourself.")
    if not user.is_active:
        return
    _keep_a_super_user(user)
    user.is_active = False
    sessions.end_all(user)
    record(actor, EventTag.USER_DISABLED, f"user:{user.id}", name=user.name)
    db.session.flush()


def enable_user(actor: Actor, user: User) -> None:
    """Let a disabled user in again."""
    _only_super_for_user(actor, user)
    if user.is_active:
        return
    user.is_active = True
    record(actor, EventTag.USER_ENABLED, f"user:{user.id}", name=user.name)
    db.session.flush()


def create_group(actor: Actor, name: str) -> Group:
    """Add a group. No two names differ in case only, so nobody makes a second group of super users. Raises Invalid."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_GROUP_NAME or not name.isprintable():
        raise Invalid({"name": f"A group needs a name of at most {LONGEST_GROUP_NAME} characters."})
    taken = {existing.casefold() for existing in db.session.scalars(select(Group.name))}
    if name.casefold() in taken | {super_group().casefold()}:
        raise Invalid({"name": f"There is a group called “{name}” already."})
    return make_group(actor, name)


def make_group(actor: Actor, name: str) -> Group:
    """Add a group without asking; for the groups that exist from the start."""
    group = Group(name=name, created_at=clock.now())
    db.session.add(group)
    db.session.flush()
    record(actor, EventTag.GROUP_CREATED, f"group:{group.id}", name=name)
    return group


def delete_group(actor: Actor, group: Group) -> None:
    """Delete a group and all that was granted to it. Raises Conflict for the two groups that the site needs."""
    if group.name in {super_group(), users_group()}:
        raise Conflict(f"The site needs the group “{group.name}”; it cannot be deleted.")
    # A database may give the id to another group later, which must not come into this one's rights.
    token = group_token(group.id)
    permissions.grant_on_site(actor, token, frozenset())
    spaces = db.session.scalars(select(SpaceGrant.space_id).where(SpaceGrant.principal == token).distinct()).all()
    for space_id in spaces:
        permissions.grant_in_space(actor, space_id, token, frozenset())
    record(actor, EventTag.GROUP_DELETED, f"group:{group.id}", name=group.name)
    db.session.delete(group)
    db.session.flush()


def add_to_group(actor: Actor, group: Group, user: User) -> None:
    """Make a user a member; nothing happens when they are one."""
    _only_super_for_group(actor, group)
    if group in user.groups:
        return
    user.groups.append(group)
    record(actor, EventTag.GROUP_MEMBER_ADDED, f"group:{group.id}", group=group.name, user=user.name)
    db.session.flush()


def remove_from_group(actor: Actor, group: Group, user: User) -> None:
    """End a membership. Raises Conflict for the last active super user."""
    _only_super_for_group(actor, group)
    if group not in user.groups:
        return
    if group.name == super_group():
        _keep_a_super_user(user)
    user.groups.remove(group)
    record(actor, EventTag.GROUP_MEMBER_REMOVED, f"group:{group.id}", group=group.name, user=user.name)
    db.session.flush()


def set_groups(actor: Actor, user: User, wanted: Sequence[Group]) -> None:
    """Make ``wanted`` exactly the groups of a user."""
    for group in [group for group in user.groups if group not in wanted]:
        remove_from_group(actor, group, user)
    for group in wanted:
        if group not in user.groups:
            add_to_group(actor, group, user)


def _only_super_for_group(actor: Actor, group: Group) -> None:
    if group.name == super_group() and not actor.is_super:
        raise NotAllowed(ONLY_SUPER_USERS)


def _only_super_for_user(actor: Actor, user: User) -> None:
    if queries.is_super(user) and not actor.is_super:
        raise NotAllowed(ONLY_SUPER_USERS)


def _keep_a_super_user(leaving: User) -> None:
    """Refuse when nobody who can sign in would be a super user any more."""
    if set(queries.active_super_users()) == {leaving.id}:
        raise Conflict(f"{leaving.display_name} is the last super user who can sign in. Add another one first.")


def _problem_with_name(name: str) -> str | None:
    if not USER_NAME.fullmatch(name):
        return (
            "A user name has 2 to 50 characters: lower case letters, digits, “.”, “_” and “-”, "
            "beginning with a letter or digit."
        )
    if queries.find_user(name) is not None:
        return "Somebody has this user name already."
    return None


def _problem_with_full_name(full_name: str) -> str | None:
    if not full_name.strip() or len(full_name) > 255:
        return "Give the name that other people know, of at most 255 characters."
    return None if full_name.isprintable() else "The name holds characters that cannot be shown."


def _problem_with_email(email: str) -> str | None:
    if not email:
        return None
    before, _, after = email.rpartition("@")
    if not before or not after or len(email) > 255 or any(character.isspace() for character in email):
        return "This is not an e-mail address."
    return None


def _refuse(wrong: dict[str, str | None]) -> None:
    errors = {field: sentence for field, sentence in wrong.items() if sentence}
    if errors:
        raise Invalid(errors)
