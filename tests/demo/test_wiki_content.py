"""The demonstration's pages: two trees without loose ends, by people who exist, with links that lead somewhere."""

from __future__ import annotations

import re

import pytest

from demo.mailbox.build import RARE_WORD
from demo.wiki_content.seeds import GROUPS, PEOPLE, SPACES, pages

KEYS = [space.key for space in SPACES]
TITLES = {key: {page.title for page in pages(key)} for key in KEYS}
LINK = re.compile(r"\[\[(?:([A-Z]+):)?([^\]]+)\]\]")
USERNAMES = {person.username for person in PEOPLE}


def test_one_space_has_each_theme_and_one_keeps_the_mail() -> None:
    assert sorted(space.theme for space in SPACES) == ["default", "documentation"]
    assert sum(space.keeps_mail for space in SPACES) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_space_is_one_tree_whose_parents_come_first(key: str) -> None:
    assert len(pages(key)) >= 12
    assert len(TITLES[key]) == len(pages(key))
    seen: set[str | None] = {None}
    for page in pages(key):
        assert page.parent_title in seen, page.title
        seen.add(page.title)
    assert [page.parent_title for page in pages(key)].count(None) == 1


@pytest.mark.parametrize("key", KEYS)
def test_every_link_of_a_page_leads_to_a_page(key: str) -> None:
    for page in pages(key):
        for space, title in LINK.findall(page.source):
            assert title in TITLES[space or key], f"{page.title} links to {title}"


def test_every_link_of_a_home_page_leads_to_a_page() -> None:
    for person in PEOPLE:
        links = LINK.findall(person.home)
        assert links, person.username
        assert all(title in TITLES[space] for space, title in links), person.username


def test_pages_are_written_by_people_who_exist() -> None:
    assert len(PEOPLE) == 6
    assert {page.author for key in KEYS for page in pages(key)} <= USERNAMES
    assert {space.administrator for space in SPACES} <= USERNAMES


def test_every_group_that_is_named_has_members() -> None:
    named = {group for person in PEOPLE for group in person.groups} | {name for one in SPACES for name in one.editors}
    assert {group.name for group in GROUPS if group.members} == named


def test_pages_hold_prose_and_not_only_a_title() -> None:
    for key in KEYS:
        assert all(len(page.source.split()) > 40 for page in pages(key))


def test_no_page_holds_the_word_that_stands_in_one_mail() -> None:
    everything = [page.title + page.source for key in KEYS for page in pages(key)]
    everything += [person.home + person.role + person.full_name for person in PEOPLE]
    assert not any(RARE_WORD in text.lower() for text in everything)


def test_the_alerts_in_the_mail_name_pages_that_exist() -> None:
    assert {"Level jumps", "A station is silent", "Weak battery", "A hot box"} <= TITLES["TEAM"]
