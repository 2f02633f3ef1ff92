"""The directory of spaces."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.people import READER, Person, Site
from wiki.db import transaction
from wiki.permissions import service as permissions
from wiki.permissions.actor import ANYONE, SYSTEM
from wiki.permissions.catalogue import Permission
from wiki.spaces import queries
from wiki.spaces.models import SpaceKind
from wiki.spaces.queries import Wanted
from wiki.spaces.service import create_personal_space, create_space


def test_charlie_sees_the_spaces_that_concern_charlie(site: Site, charlie: Person, alice: Person) -> None:
    site.allow(charlie, site.space("CHOIR"), READER)
    text = charlie.client.get("/spaces").text
    assert "The CHOIR space" in text
    assert "The TEAM space" not in text
    assert "1 space" in text
    assert queries.count_visible(charlie.actor) == 1


def test_root_sees_them_all(site: Site, root: Person, alice: Person) -> None:
    site.space("CHOIR")
    assert {space.key for space in queries.visible_spaces(root.actor)} == {"TEAM", "CHOIR"}


def test_kinds_and_words_narrow_the_list(site: Site, charlie: Person) -> None:
    with transaction():
        create_space(charlie.actor, key="RIVER", name="Äsche und Fluss")
        create_space(charlie.actor, key="LOCKS", name="100% locks")
        create_personal_space(charlie.actor)

    def keys(kind: SpaceKind | None = None, name: str = "") -> list[str]:
        return [space.key for space in queries.visible_spaces(charlie.actor, Wanted(kind, name))]

    assert keys() == ["LOCKS", "~charlie", "RIVER"]
    assert keys(SpaceKind.PERSONAL) == ["~charlie"]
    assert keys(name="ÄSCHE fluss") == ["RIVER"]
    assert keys(name="locks") == ["LOCKS"]
    assert keys(name="%") == ["LOCKS"]
    text = charlie.client.get("/spaces?kind=site&name=river").text
    assert "Äsche und Fluss" in text
    assert "100% locks" not in text


def test_a_long_list_goes_on_over_pages(site: Site, root: Person) -> None:
    for number in range(51):
        site.space(f"S{number:02}")
    first, second = root.client.get("/spaces"), root.client.get("/spaces?page=2")
    assert "The S49 space" in first.text
    assert "The S50 space" not in first.text
    assert "page=2" in first.text
    assert "The S50 space" in second.text


def test_strange_questions_get_the_whole_list(site: Site, root: Person) -> None:
    site.space("CHOIR")
    for question in ("?kind=nonsense", "?page=-3", "?page=abc", "?page=99999999999999999999"):
        assert root.client.get(f"/spaces{question}").status_code == 200


def test_guests_are_sent_to_sign_in_until_the_site_is_open_to_them(
    site: Site, client: FlaskClient, alice: Person
) -> None:
    assert client.get("/spaces").location.startswith("/sign-in")
    with transaction():
        permissions.grant_on_site(SYSTEM, ANYONE, {Permission.SITE_USE})
        permissions.grant_in_space(SYSTEM, site.team, ANYONE, READER)
    site.space("HIDDEN")
    text = client.get("/spaces").text
    assert "The TEAM space" in text
    assert "HIDDEN" not in text
