"""Groups, and above all the one whose members may do all."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.accounts import queries, service, sessions
from wiki.accounts.models import Group, User
from wiki.audit.models import Event
from wiki.db import transaction
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.permissions import queries as grants
from wiki.permissions import service as permissions
from wiki.permissions.actor import SYSTEM, Actor, group_token
from wiki.permissions.catalogue import Permission

SUPER = "confluence-administrators"


@pytest.fixture
def admin(site: Site) -> Actor:
    """Somebody with the right to administer the site who is no super user."""
    person = site.person("adam")
    with transaction():
        permissions.grant_on_site(SYSTEM, f"user:{person.user_id}", frozenset({Permission.SITE_ADMIN}))
    return person.actor


def test_members_join_and_leave_and_both_are_on_record(site: Site, root: Person, bob: Person) -> None:
    with transaction():
        editors = service.create_group(root.actor, "editors")
        service.add_to_group(root.actor, editors, _user("bob"))
    assert [user.name for user in queries.members(editors.id)] == ["bob"]

    with transaction():
        service.remove_from_group(root.actor, editors, _user("bob"))

    assert queries.members(editors.id) == []
    tags = [event.tag for event in db.session.query(Event).filter(Event.subject == f"group:{editors.id}")]
    assert tags == ["group:created", "group:member-added", "group:member-removed"]


def test_joining_twice_and_leaving_when_absent_change_nothing(site: Site, root: Person, bob: Person) -> None:
    with transaction():
        editors = service.create_group(root.actor, "editors")
        service.add_to_group(root.actor, editors, _user("bob"))
        service.add_to_group(root.actor, editors, _user("bob"))
        service.remove_from_group(root.actor, editors, _user("root"))

    assert [user.name for user in queries.members(editors.id)] == ["bob"]


@pytest.mark.parametrize("name", [SUPER, SUPER.upper(), f"  {SUPER} ", "Confluence-Administrators"])
def test_nobody_makes_a_second_group_of_super_users(site: Site, root: Person, name: str) -> None:
    with pytest.raises(Invalid, match="There is a group called"):
        service.create_group(root.actor, name)


def test_not_even_while_the_first_is_missing(app: object) -> None:
    with pytest.raises(Invalid, match="There is a group called"):
        service.create_group(SYSTEM, SUPER.title())


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "edit\x00ors", "edit\u202eors"])
def test_a_group_needs_a_name_that_can_be_shown(site: Site, root: Person, name: str) -> None:
    with pytest.raises(Invalid):
        service.create_group(root.actor, name)


def test_the_last_super_user_cannot_leave(site: Site, root: Person) -> None:
    with pytest.raises(Conflict, match="last super user"):
        service.remove_from_group(root.actor, _group(SUPER), _user("root"))


def test_the_last_super_user_cannot_be_disabled(site: Site, root: Person) -> None:
    with pytest.raises(Conflict, match="last super user"):
        service.disable_user(SYSTEM, _user("root"))


def test_a_disabled_super_user_does_not_count_as_one_who_is_left(site: Site, root: Person) -> None:
    site.person("eve", is_super=True)
    with transaction():
        service.disable_user(root.actor, _user("eve"))

    with pytest.raises(Conflict, match="last super user"):
        service.remove_from_group(root.actor, _group(SUPER), _user("root"))
    with transaction():
        service.remove_from_group(root.actor, _group(SUPER), _user("eve"))


def test_one_of_two_super_users_may_leave(site: Site, root: Person) -> None:
    site.person("eve", is_super=True)

    with transaction():
        service.remove_from_group(root.actor, _group(SUPER), _user("root"))

    assert not sessions.actor_of(_user("root")).is_super


@pytest.mark.parametrize("name", [SUPER, "confluence-users"])
def test_the_groups_that_the_site_needs_cannot_be_deleted(site: Site, root: Person, name: str) -> None:
    with pytest.raises(Conflict, match="cannot be deleted"):
        service.delete_group(root.actor, _group(name))


def test_an_administrator_cannot_make_himself_super(site: Site, admin: Actor) -> None:
    with pytest.raises(NotAllowed):
        service.add_to_group(admin, _group(SUPER), _user("adam"))
    with pytest.raises(NotAllowed):
        service.set_groups(admin, _user("adam"), [_group(SUPER)])


def test_an_administrator_makes_no_super_users_either(site: Site, admin: Actor) -> None:
    new = service.NewUser("puppet", "Puppet", "", "strings and wood", [_group(SUPER)])

    with pytest.raises(NotAllowed):
        service.create_user(admin, new)


def test_an_administrator_has_no_power_over_super_users(site: Site, admin: Actor, root: Person) -> None:
    site.person("eve", is_super=True)
    eve = _user("eve")

    with pytest.raises(NotAllowed):
        service.change_password(admin, eve, "known to adam now")
    with pytest.raises(NotAllowed):
        service.disable_user(admin, eve)
    with pytest.raises(NotAllowed):
        service.remove_from_group(admin, _group(SUPER), eve)
    with pytest.raises(NotAllowed):
        service.change_profile(admin, eve, full_name="Adam", email="")


def test_nobody_disables_themself(site: Site, admin: Actor) -> None:
    with pytest.raises(Conflict, match="yourself"):
        service.disable_user(admin, _user("adam"))


def test_a_new_group_never_inherits_the_rights_of_a_deleted_one(site: Site, root: Person) -> None:
    team = site.team
    with transaction():
        old = service.create_group(root.actor, "old")
        permissions.grant_on_site(root.actor, group_token(old.id), frozenset({Permission.SITE_ADMIN}))
        permissions.grant_in_space(root.actor, team, group_token(old.id), frozenset({Permission.SPACE_VIEW}))
        old_id = old.id

    with transaction():
        service.delete_group(root.actor, _group("old"))

    assert group_token(old_id) not in grants.site_grants()
    assert group_token(old_id) not in grants.space_grants(team)


def _user(name: str) -> User:
    found = queries.find_user(name)
    assert found is not None
    return found


def _group(name: str) -> Group:
    found = queries.find_group(name)
    assert found is not None
    return found
