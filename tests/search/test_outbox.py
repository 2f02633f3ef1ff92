"""Changes are noted in the transaction that makes them."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from tests.people import Site
from tests.search.conftest import Notes
from wiki.db import reading, transaction
from wiki.search import outbox
from wiki.search.models import OutboxRow
from wiki.spaces.models import Space


def noted() -> list[tuple[str, int]]:
    with reading() as session:
        return [(row.kind, row.object_id) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def forget() -> None:
    with transaction() as session:
        session.execute(delete(OutboxRow))


def test_a_new_a_changed_and_a_deleted_thing_are_noted(site: Site, notes: Notes) -> None:
    space_id = site.space("NOTED")
    assert noted() == [("space", space_id)]
    forget()
    with transaction() as session:
        session.get_one(Space, space_id).name = "Another name"
    assert noted() == [("space", space_id)]
    forget()
    with transaction() as session:
        session.delete(session.get_one(Space, space_id))
    assert noted() == [("space", space_id)]


def test_what_is_rolled_back_is_not_noted(site: Site, notes: Notes) -> None:
    space_id = site.space("NOTED")
    forget()
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.get_one(Space, space_id).name = "Another name"
        session.flush()
        raise ZeroDivisionError
    assert noted() == []


def test_bulk_changes_are_noted_by_hand_each_thing_once(site: Site, notes: Notes) -> None:
    with transaction() as session:
        session.execute(update(Space).values(name="All the same"))
        outbox.touch(session, "space", [3, 1, 3])
    assert noted() == [("space", 3), ("space", 1)]


def test_things_that_nobody_searches_are_not_noted(site: Site, notes: Notes) -> None:
    site.person("dora")
    assert noted() == []
