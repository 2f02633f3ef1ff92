"""The record of events: newest first, page by page, and only to read."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import Person
from wiki.admin import queries
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import transaction
from wiki.permissions.actor import SYSTEM


@pytest.fixture
def much_has_happened(adam: Person) -> None:
    with transaction():
        for number in range(250):
            record(SYSTEM, EventTag.SPACE_CHANGED, f"space:{number % 2}", number=number)


def test_the_newest_stands_first_and_every_event_stands_once(much_has_happened: None) -> None:
    numbers, before = [], None
    while True:
        page = queries.events(before)
        numbers += [event.details["number"] for event in page.events if "number" in event.details]
        before = page.older
        if before is None:
            break

    assert numbers == list(reversed(range(250)))


def test_events_of_one_subject_are_shown_alone(much_has_happened: None) -> None:
    assert {event.subject for event in queries.events(subject="space:1").events} == {"space:1"}


def test_adam_turns_the_pages(adam: Person, much_has_happened: None) -> None:
    first = adam.client.get("/admin/audit-log").text
    second = adam.client.get(f"/admin/audit-log?before={queries.events().older}").text

    assert "Older" in first
    assert "Newer" not in first
    assert "Newer" in second


def test_groups_and_users_are_named_and_empty_details_are_left_out(adam: Person) -> None:
    page = adam.client.get("/admin/audit-log").text

    assert "group confluence-users" in page
    assert "user adam" in page
    assert ">taken<" not in page


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999999", "subject=" + "x" * 5000])
def test_an_odd_address_is_no_error(adam: Person, query: str) -> None:
    assert adam.client.get(f"/admin/audit-log?{query}").status_code == 200


def test_nothing_changes_the_record(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "audit" in rule.rule]

    assert [sorted(rule.methods or ()) for rule in rules] == [["GET", "HEAD", "OPTIONS"]]
