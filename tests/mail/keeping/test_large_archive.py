"""Looking after a large archive: what is asked about some blobs never reads the rows of all messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, event, select

from tests.factories import Letter, make_messages
from tests.people import Person, Site
from wiki import clock
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.mail.keeping import damage, needed, queries
from wiki.mail.keeping.models import BlobDamage, Condition
from wiki.mail.models import Message, SetAside
from wiki.spaces.models import Space


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent to the database meanwhile, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        found.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def scans(statements: list[tuple[str, Any]]) -> list[str]:
    """Where a whole table with a row for each message would be read."""
    with reading() as session:
        connection = session.connection()
        plans = [
            f"{row[3]}: {statement}"
            for statement, values in statements
            if "messages" in statement or "set_aside" in statement
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert plans
    return [plan for plan in plans if plan.startswith(("SCAN messages", "SCAN set_aside"))]


@pytest.fixture
def hashes(site: Site) -> list[str]:
    made = make_messages(site.team, [Letter() for _ in range(5)])
    with reading() as session:
        return [session.get_one(Message, each).sha256 for each in made]


def damaged() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(BlobDamage.sha256)))


def note(hashes: list[str]) -> None:
    for condition in (Condition.DAMAGED, Condition.WHOLE, Condition.MISSING):
        with transaction() as session:
            damage.note(session, dict.fromkeys(hashes, condition))


def forget(_hashes: list[str]) -> None:
    with transaction() as session:
        damage.forget_unneeded(session)


def name_what_is_needed(_hashes: list[str]) -> None:
    with reading() as session:
        needed.of_anything(session, 17)


def tell(_hashes: list[str]) -> None:
    with reading():
        queries.damage_in_words()


@pytest.mark.parametrize("act", [note, forget, name_what_is_needed, tell])
def test_no_question_about_blobs_reads_all_messages(hashes: list[str], act: Callable[[list[str]], None]) -> None:
    with transaction() as session:
        damage.note(session, dict.fromkeys(hashes[:2], Condition.MISSING))
    with asked() as statements:
        act(hashes)
    assert scans(statements) == []


def test_the_page_of_a_space_with_damage_reads_no_more_than_the_damaged(
    hashes: list[str], site: Site, alice: Person
) -> None:
    with transaction() as session:
        damage.note(session, dict.fromkeys(hashes[:2], Condition.MISSING))
    with reading() as session, asked() as statements:
        shown = queries.damaged_in(alice.actor, session.get_one(Space, site.team))
    assert len(shown) == 2
    assert scans(statements) == []


def test_many_damaged_blobs_are_noted_with_few_questions(hashes: list[str]) -> None:
    with transaction() as session, asked() as statements:
        damage.note(session, dict.fromkeys(hashes, Condition.MISSING))
    assert len([statement for statement, _ in statements if "FROM messages" in statement]) == 2


def test_what_is_damaged_is_forgotten_with_the_last_that_needs_it(hashes: list[str], site: Site) -> None:
    with transaction() as session:
        session.add(
            SetAside(space_id=site.team, source="a mailbox", sha256="0" * 64, size=1, reason="", at=clock.now())
        )
        damage.note(session, dict.fromkeys([*hashes[:1], "0" * 64], Condition.MISSING))
    forget([])
    assert damaged() == {hashes[0], "0" * 64}
    with transaction() as session:
        session.execute(delete(SetAside))
    forget([])
    assert damaged() == {hashes[0]}
