"""The scenarios of docs/permissions.md, under the same numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.pages.helpers import address, outline, page, write
from tests.people import EDITOR, READER, Person, Site
from wiki import clock
from wiki.accounts.models import Group, User
from wiki.db import transaction
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.pages import queries as pages
from wiki.pages import render
from wiki.pages.models import Page
from wiki.pages.trash import purge_pages, restore_pages, trash_page
from wiki.permissions import service as permissions
from wiki.permissions.actor import ANONYMOUS, ANYONE, SYSTEM, group_token, user_token
from wiki.permissions.catalogue import SPACE_PERMISSIONS, Permission
from wiki.permissions.check import can
from wiki.permissions.queries import space_grants
from wiki.spaces import queries as spaces
from wiki.spaces.models import Space
from wiki.spaces.service import create_personal_space, create_space, set_permissions

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
SPACE_SCREENS = ("", "/pages", "/pages/new", "/details", "/permissions", "/themes", "/trash")


@pytest.fixture
def rafts(site: Site, bob: Person, alice: Person) -> int:
    """The page "Rafts" of TEAM."""
    return write(bob, site.team, "Rafts", "Two logs.")


def open_to_anonymous(site: Site, *, site_too: bool = True) -> None:
    with transaction():
        permissions.grant_in_space(SYSTEM, site.team, ANYONE, READER)
        if site_too:
            permissions.grant_on_site(SYSTEM, ANYONE, {Permission.SITE_USE})


def test_every_scenario_has_its_test_and_every_test_its_scenario() -> None:
    told = re.findall(r"^\* \*\*(\d+\.\d+)\*\*", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    named = (re.match(r"test_(\d+)_(\d+)_", name) for name in globals())
    assert sorted(told) == sorted(f"{match[1]}.{match[2]}" for match in named if match)
    assert len(told) == len(set(told))


def test_1_1_a_space_without_rights_does_not_exist_for_charlie(site: Site, charlie: Person, rafts: int) -> None:
    for screen in (*SPACE_SCREENS, f"/pages/{rafts}", f"/pages/{rafts}/rafts", f"/pages/{rafts}/history"):
        hidden = charlie.client.get(f"/spaces/TEAM{screen}")
        absent = charlie.client.get(f"/spaces/NOWHERE{screen}")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.text.replace("TEAM", "NOWHERE") == absent.text
    assert "TEAM" not in charlie.client.get("/spaces").text
    assert charlie.client.get("/").status_code == 200
    assert "TEAM" not in charlie.client.get("/").text


def test_1_2_a_guest_signs_in_first(client: FlaskClient, rafts: int) -> None:
    hidden, absent = client.get(address(rafts, "/rafts")), client.get("/spaces/NOWHERE/pages/1/rafts")
    assert hidden.status_code == absent.status_code == 303
    assert hidden.location == f"/sign-in?next=/spaces/TEAM/pages/{rafts}/rafts"
    assert absent.location == "/sign-in?next=/spaces/NOWHERE/pages/1/rafts"


def test_1_3_a_reader_reads_and_is_offered_no_more(site: Site, charlie: Person, rafts: int) -> None:
    site.allow(charlie, site.team, READER)
    text = charlie.client.get(address(rafts, "/rafts")).text
    assert "Two logs." in text
    assert charlie.client.get(address(rafts, "/history/1")).status_code == 200
    assert charlie.client.get(address(rafts, "/edit")).status_code == 403
    assert address(rafts, "/edit") not in text


def test_1_4_rights_add_up(site: Site, charlie: Person, alice: Person) -> None:
    with transaction():
        permissions.grant_in_space(SYSTEM, site.team, group_token(site.users_group_id), READER)
        permissions.grant_in_space(SYSTEM, site.team, user_token(charlie.user_id), {Permission.PAGE_ADD})
    sent = {"title": "Charlie's page", "source": "Here."}
    assert charlie.client.post("/spaces/TEAM/pages/new", data=sent).status_code == 303
    assert "Here." in charlie.client.get("/spaces/TEAM").text


def test_1_5_without_use_of_the_site_no_right_counts(site: Site, rafts: int) -> None:
    stranger = site.person("stranger", in_users=False)
    site.allow(stranger, site.team, SPACE_PERMISSIONS)
    assert stranger.client.get("/spaces/TEAM").status_code == 404
    assert stranger.client.get("/spaces").status_code == 403
    assert spaces.visible_spaces(stranger.actor) == []


def test_1_6_guests_need_both_the_site_and_the_space(site: Site, client: FlaskClient, rafts: int) -> None:
    open_to_anonymous(site, site_too=False)
    assert client.get(address(rafts, "/rafts")).status_code == 303
    open_to_anonymous(site)
    assert "Two logs." in client.get(address(rafts, "/rafts")).text
    assert client.get(address(rafts, "/edit")).location.startswith("/sign-in")


def test_1_7_what_anonymous_may_everybody_may(site: Site, charlie: Person, rafts: int) -> None:
    open_to_anonymous(site)
    assert charlie.client.get(address(rafts, "/rafts")).status_code == 200


def test_2_1_bob_writes_and_a_reader_does_not(site: Site, bob: Person, charlie: Person, rafts: int) -> None:
    site.allow(charlie, site.team, READER)
    edited = {"title": "Rafts", "source": "Three logs.", "seen_revision": "1"}
    requests = [
        ("/spaces/TEAM/pages/new", {"title": "Ropes", "source": ""}),
        (address(rafts, "/edit"), edited),
        (address(rafts, "/move"), {"to": "0"}),
        (address(rafts, "/restore"), {"number": "1", "seen_revision": "2"}),
        (address(rafts, "/trash"), {}),
    ]
    for where, sent in requests:
        assert charlie.client.post(where, data=sent).status_code == 403
    assert outline(site.team) == ["Rafts"]
    for where, sent in requests:
        if not where.endswith("/move"):  # the home page stays where it is
            assert bob.client.post(where, data=sent).status_code == 303, where
    assert outline(site.team) == ["Ropes"]


def test_2_2_writing_is_not_deleting(site: Site, bob: Person, rafts: int) -> None:
    site.allow(bob, site.team, EDITOR - {Permission.PAGE_DELETE})
    assert bob.client.get(address(rafts, "/edit")).status_code == 200
    assert bob.client.post(address(rafts, "/trash")).status_code == 403
    assert address(rafts, "/trash") not in bob.client.get(address(rafts, "/rafts")).text


def test_2_3_only_administrators_bring_back_and_destroy(site: Site, alice: Person, bob: Person, rafts: int) -> None:
    with transaction() as session:
        trash_page(bob.actor, session.get_one(Page, rafts))
    for attempt in (restore_pages, purge_pages):
        with transaction(), pytest.raises(NotAllowed):
            attempt(bob.actor, site.team, [rafts])
    assert bob.client.post("/spaces/TEAM/trash/restore", data={"item": f"page:{rafts}"}).status_code == 403
    assert alice.client.post("/spaces/TEAM/trash/restore", data={"item": f"page:{rafts}"}).status_code == 303
    assert page(rafts).deleted_at is None


def test_2_4_a_page_is_reached_only_through_its_own_space(site: Site, charlie: Person, rafts: int) -> None:
    with transaction():
        create_personal_space(charlie.actor)
    for rest in ("", "/rafts", "/edit", "/history", "/history/1", "/history/compare", "/move"):
        assert charlie.client.get(f"/spaces/~charlie/pages/{rafts}{rest}").status_code == 404
    for rest in ("/edit", "/restore", "/move", "/trash", "/home"):
        assert charlie.client.post(f"/spaces/~charlie/pages/{rafts}{rest}", data={"title": "x"}).status_code == 404


def test_3_1_who_makes_a_space_administers_it(charlie: Person) -> None:
    charlie.client.post("/spaces/new", data={"key": "RIVER", "name": "The river", "theme": ""})
    assert charlie.client.get("/spaces/RIVER/permissions").status_code == 200


def test_3_2_the_last_administrator_stays(site: Site, alice: Person, root: Person) -> None:
    for actor in (alice.actor, root.actor, SYSTEM):
        with transaction() as session, pytest.raises(Conflict):
            set_permissions(actor, session.get_one(Space, site.team), {user_token(alice.user_id): READER})


def test_3_3_administration_is_not_for_anonymous(site: Site, alice: Person) -> None:
    with transaction() as session, pytest.raises(Invalid):
        set_permissions(alice.actor, session.get_one(Space, site.team), {ANYONE: SPACE_PERMISSIONS})
    assert ANYONE not in space_grants(site.team)


def test_3_4_root_does_everything_without_a_row(site: Site, root: Person, rafts: int) -> None:
    assert user_token(root.user_id) not in space_grants(site.team)
    for screen in SPACE_SCREENS:
        assert root.client.get(f"/spaces/TEAM{screen}").status_code == 200
    assert root.client.post("/spaces/TEAM/details", data={"name": "Root was here"}).status_code == 303


def test_3_5_administration_of_the_site_opens_no_space(site: Site, charlie: Person, rafts: int) -> None:
    with transaction():
        permissions.grant_on_site(SYSTEM, user_token(charlie.user_id), {Permission.SITE_ADMIN, Permission.SITE_USE})
    assert can(charlie.actor, Permission.SITE_ADMIN)
    assert charlie.client.get(address(rafts, "/rafts")).status_code == 404


def test_3_6_the_owner_of_a_personal_space_stays_its_administrator(charlie: Person, root: Person) -> None:
    with transaction():
        space_id = create_personal_space(charlie.actor).id
    wanted = {user_token(charlie.user_id): READER, user_token(root.user_id): SPACE_PERMISSIONS}
    for actor in (charlie.actor, root.actor):
        with transaction() as session, pytest.raises(Conflict):
            set_permissions(actor, session.get_one(Space, space_id), wanted)


def test_3_7_a_right_that_is_taken_is_gone_at_once(site: Site, alice: Person, bob: Person, rafts: int) -> None:
    assert bob.client.get(address(rafts, "/edit")).status_code == 200
    with transaction() as session:
        set_permissions(alice.actor, session.get_one(Space, site.team), {user_token(bob.user_id): READER})
    assert bob.client.get(address(rafts, "/edit")).status_code == 403
    with transaction() as session:
        set_permissions(alice.actor, session.get_one(Space, site.team), {user_token(bob.user_id): frozenset()})
    assert bob.client.get(address(rafts, "/rafts")).status_code == 404


def test_3_8_leaving_a_group_takes_its_rights_along(site: Site, charlie: Person, rafts: int) -> None:
    with transaction() as session:
        crew = Group(name="crew", created_at=clock.now())
        user = session.get_one(User, charlie.user_id)
        user.groups.append(crew)
        session.flush()
        permissions.grant_in_space(SYSTEM, site.team, group_token(crew.id), READER)
    assert charlie.client.get(address(rafts, "/rafts")).status_code == 200
    with transaction() as session:
        leaving = session.get_one(User, charlie.user_id)
        leaving.groups = [group for group in leaving.groups if group.name != "crew"]
    assert charlie.client.get(address(rafts, "/rafts")).status_code == 404


def test_3_9_bob_cannot_give_himself_rights(site: Site, alice: Person, bob: Person) -> None:
    wanted = {user_token(bob.user_id): SPACE_PERMISSIONS}
    with transaction() as session, pytest.raises(NotAllowed):
        set_permissions(bob.actor, session.get_one(Space, site.team), wanted)
    sent = {"kind": "user", "name": "bob", "grant": f"{user_token(bob.user_id)}|space:admin"}
    for where in ("/spaces/TEAM/permissions", "/spaces/TEAM/permissions/add"):
        assert bob.client.post(where, data=sent).status_code == 403


def test_4_1_a_link_to_a_hidden_page_looks_like_a_link_to_nothing(site: Site, charlie: Person, rafts: int) -> None:
    with transaction():
        own = create_personal_space(charlie.actor).id
    with site.app.test_request_context("/"):
        space = db.session.get_one(Space, own)
        hidden = str(render.html(charlie.actor, space, "[[TEAM:Rafts|there]]"))
        absent = str(render.html(charlie.actor, space, "[[TEAM:Wrecks|there]]"))
    assert hidden.replace("Rafts", "Wrecks") == absent


def test_4_2_lists_and_counts_hold_only_what_one_sees(site: Site, charlie: Person, bob: Person, rafts: int) -> None:
    assert pages.recent(charlie.actor, 10) == []
    assert spaces.count_visible(charlie.actor) == 0
    assert "0 spaces" in charlie.client.get("/spaces?name=team").text
    assert [each.title for each in pages.recent(bob.actor, 10)] == ["Rafts"]
    assert spaces.count_visible(ANONYMOUS) == 0


@pytest.mark.parametrize("theme", ["default", "documentation"])
def test_4_3_nothing_is_offered_that_is_denied(
    site: Site, charlie: Person, bob: Person, rafts: int, theme: str
) -> None:
    site.allow(charlie, site.team, READER)
    with transaction() as session:
        session.get_one(Space, site.team).theme = theme
    for person in (charlie, bob, site.alice, site.root):
        for start in (
            "/spaces/TEAM",
            address(rafts, "/rafts"),
            "/spaces/TEAM/pages",
            "/spaces",
            address(rafts, "/history"),
        ):
            links = set(re.findall(r'href="(/(?:spaces|people)[^"#]*)"', person.client.get(start).text))
            assert links
            for link in links:
                assert person.client.get(link.replace("&amp;", "&")).status_code < 400, (person.name, start, link)


def test_5_1_spaces_are_made_by_those_who_may(site: Site) -> None:
    stranger = site.person("stranger", in_users=False)
    assert stranger.client.get("/spaces/new").status_code == 403
    assert stranger.client.post("/spaces/new", data={"key": "X", "name": "X", "theme": ""}).status_code == 403
    with transaction(), pytest.raises(NotAllowed):
        create_space(stranger.actor, key="X", name="X")
    with transaction(), pytest.raises(NotAllowed):
        create_space(ANONYMOUS, key="X", name="X")


def test_5_2_a_personal_space_is_ones_own(site: Site, charlie: Person) -> None:
    charlie.client.post("/spaces/personal", data={"owner_id": "1", "key": "~root"})
    made = spaces.personal_space_of(charlie.user_id)
    assert made is not None
    assert made.key == "~charlie"
    for actor in (ANONYMOUS, SYSTEM):
        with transaction(), pytest.raises(NotAllowed):
            create_personal_space(actor)
