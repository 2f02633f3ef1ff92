"""How a space looks."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.extensions import db
from wiki.spaces.models import Space


def stored(site: Site) -> Space:
    db.session.rollback()
    return db.session.get_one(Space, site.team)


def test_the_site_has_the_theme_that_a_space_does_not_choose(site: Site, alice: Person) -> None:
    assert 'data-theme="default"' in alice.client.get("/spaces/TEAM").text
    text = alice.client.get("/spaces/TEAM/themes").text
    assert "The site&#39;s theme (Default)" in text
    assert "Documentation" in text


def test_alice_chooses_a_theme_and_goes_back_to_the_sites(site: Site, alice: Person) -> None:
    answer = alice.client.post("/spaces/TEAM/themes", data={"theme": "documentation"})
    assert answer.status_code == 303
    assert stored(site).theme == "documentation"
    assert 'data-theme="documentation"' in alice.client.get("/spaces/TEAM/details").text
    assert 'data-theme="default"' in alice.client.get("/spaces").text
    alice.client.post("/spaces/TEAM/themes", data={"theme": ""})
    assert stored(site).theme is None


@pytest.mark.parametrize("sent", [{"theme": "../secret"}, {"theme": "nothing"}])
def test_a_theme_that_does_not_exist_is_refused(site: Site, alice: Person, sent: dict[str, str]) -> None:
    assert alice.client.post("/spaces/TEAM/themes", data=sent).status_code == 422
    assert stored(site).theme is None


def test_a_theme_without_settings_has_no_settings_screen(alice: Person) -> None:
    assert alice.client.get("/spaces/TEAM/themes/settings").status_code == 404


def test_the_documentation_theme_has_five_settings(site: Site, alice: Person) -> None:
    alice.client.post("/spaces/TEAM/themes", data={"theme": "documentation"})
    text = alice.client.get("/spaces/TEAM/themes/settings").text
    for name in ("navigation_text", "header_text", "footer_text", "show_page_tree", "limit_search_to_space"):
        assert text.count(f'name="{name}"') == 1
    sent = {"header_text": "The **river** manual", "navigation_text": "", "footer_text": "<script>x</script>"}
    assert alice.client.post("/spaces/TEAM/themes/settings", data=sent).status_code == 303
    settings = stored(site).theme_settings
    assert settings["header_text"] == "The **river** manual"
    assert (settings["show_page_tree"], settings["limit_search_to_space"]) == (False, False)


def test_header_and_footer_are_shown_as_safe_html(site: Site, alice: Person, bob: Person) -> None:
    alice.client.post("/spaces/TEAM/themes", data={"theme": "documentation"})
    alice.client.post(
        "/spaces/TEAM/themes/settings",
        data={"header_text": "The **river** manual", "footer_text": "<script>alert(1)</script> &copy; us"},
    )
    text = bob.client.get("/spaces/TEAM").text
    assert "The <strong>river</strong> manual" in text
    assert "<script>alert" not in text


def test_settings_that_are_too_long_come_back(site: Site, alice: Person) -> None:
    alice.client.post("/spaces/TEAM/themes", data={"theme": "documentation"})
    answer = alice.client.post("/spaces/TEAM/themes/settings", data={"header_text": "x" * 20_001})
    assert answer.status_code == 422
    assert "x" * 20_001 in answer.text
    assert stored(site).theme_settings == {}
