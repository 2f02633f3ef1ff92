"""Tokens of grants and the names that people know, both ways."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.accounts.principals import describe, resolve
from wiki.errors import Invalid
from wiki.permissions.actor import ANYONE, group_token, user_token


def test_groups_come_first_then_users_then_anonymous(site: Site, alice: Person, bob: Person) -> None:
    tokens = [ANYONE, user_token(bob.user_id), group_token(site.users_group_id), user_token(alice.user_id)]

    assert list(describe(tokens).values()) == [
        ("group", "confluence-users"),
        ("user", "alice"),
        ("user", "bob"),
        ("anonymous", "Anonymous"),
    ]


@pytest.mark.parametrize("token", ["user:999", "group:999", "user:x", "user:", "nonsense", "user:" + "9" * 30])
def test_tokens_of_nobody_are_left_out(site: Site, token: str) -> None:
    assert describe([token]) == {}


def test_names_lead_back_to_tokens(site: Site, bob: Person) -> None:
    assert resolve("user", " Bob ") == user_token(bob.user_id)
    assert resolve("group", "Confluence-Users") == group_token(site.users_group_id)
    assert resolve("anonymous", "") == ANYONE


@pytest.mark.parametrize(("kind", "sentence"), [("user", "no user called “x”"), ("group", "no group called “x”")])
def test_an_unknown_name_is_told_at_its_field(site: Site, kind: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        resolve(kind, "x")

    assert sentence in refusal.value.errors["name"]
