"""Threads grow message by message, and can be made anew: both give the same forest, and nobody sees half of one."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select, update

from tests.factories import FIRST_DAY, archive, make_conversation
from tests.people import Site
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.jobs.progress import Silent
from wiki.mail import ingest, rederiving, rethreading
from wiki.mail.forest import Mention, parents
from wiki.mail.message import RawMessage
from wiki.mail.models import Message, Thread, ThreadNode

Forest = dict[str, tuple[str | None, int]]


def saying(number: int, name: str, references: list[str], reply_to: str = "") -> RawMessage:
    lines = [
        f"From: ann@example.org\r\nSubject: {number}\r\nMessage-ID: <{name}@example.org>",
        *([f"References: {' '.join(f'<{each}@example.org>' for each in references)}"] if references else []),
        *([f"In-Reply-To: <{reply_to}@example.org>"] if reply_to else []),
    ]
    return RawMessage(("\r\n".join(lines) + "\r\n\r\nbody\r\n").encode(), FIRST_DAY)


def stored(space_id: int) -> Forest:
    """Each name's parent and thread; all rows must agree with one another."""
    with reading() as session:
        nodes = {row.id: row for row in session.scalars(select(ThreadNode).where(ThreadNode.space_id == space_id))}
        forest = {
            node.message_id: (nodes[node.parent_id].message_id if node.parent_id else None, node.thread_id)
            for node in nodes.values()
        }
        for message in session.scalars(select(Message).where(Message.space_id == space_id)):
            assert message.node_id is not None
            assert nodes[message.node_id].message_id == message.message_id
            assert message.thread_id == nodes[message.node_id].thread_id
        threads = set(session.scalars(select(Thread.id).where(Thread.space_id == space_id)))
        assert threads == {thread for _, thread in forest.values()}
        return forest


def expected(space_id: int) -> dict[str, str | None]:
    """The parents by what is stored of all messages."""
    with reading() as session:
        rows = session.scalars(select(Message).where(Message.space_id == space_id)).all()
        return parents(Mention.of(row.message_id, row.references, row.in_reply_to) for row in rows)


def conversations(forest: Forest) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for name, (_, thread) in forest.items():
        found.setdefault(thread, set()).add(name)
    return {frozenset(names) for names in found.values()}


@pytest.mark.parametrize("seed", range(12))
def test_threads_that_grew_are_those_of_a_rebuild_and_keep_their_addresses(site: Site, seed: int) -> None:
    chance = random.Random(seed)
    names = "abcdefghij"
    letters = [
        saying(
            number,
            chance.choice(names),
            chance.sample(names, chance.choice((0, 0, 1, 2, 3))),
            chance.choice(("", chance.choice(names))),
        )
        for number in range(14)
    ]
    while letters:
        size = chance.randint(1, 5)
        archive(site.team, letters[:size])
        letters = letters[size:]
    grown = stored(site.team)
    assert {name: parent for name, (parent, _) in grown.items()} == expected(site.team)
    rederiving.rebuild_threads(site.team)
    assert stored(site.team) == grown


def test_a_rebuild_mends_threads_whatever_is_wrong_with_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rethreading, "THREADS_AT_ONCE", 2)
    archive(site.team, [saying(1, "a", []), saying(2, "b", ["a"]), saying(3, "c", ["x"]), saying(4, "d", ["x"])])
    archive(site.team, [saying(5, "e", ["c"]), saying(6, "f", ["z"]), saying(7, "g", ["f"])])
    right = stored(site.team)
    with transaction() as session:
        first, second = session.scalars(select(Thread.id).where(Thread.space_id == site.team).limit(2)).all()
        wrong = session.scalar(select(ThreadNode.id).where(ThreadNode.thread_id == second).limit(1))
        session.execute(update(ThreadNode).where(ThreadNode.thread_id == second).values(parent_id=None))
        session.execute(update(ThreadNode).where(ThreadNode.id == wrong).values(thread_id=first))
        session.add(ThreadNode(space_id=site.team, message_id="nobody@example.org", thread_id=first))
        lost = session.scalars(select(Message).where(Message.message_id == "g@example.org")).one()
        lost.node_id = lost.thread_id = None
    rederiving.rebuild_threads(site.team)
    mended = stored(site.team)
    assert conversations(mended) == conversations(right)
    assert {name: parent for name, (parent, _) in mended.items()} == expected(site.team)


def test_a_reader_always_sees_a_whole_forest_and_a_writer_need_not_wait_for_its_end(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rethreading, "THREADS_AT_ONCE", 1)
    for _ in range(4):
        make_conversation(site.team, 3)
    right = stored(site.team)
    seen = 0
    real = rethreading.rebuild_some

    def between(session: object, space_id: int, after: int) -> int | None:
        nonlocal seen
        db.session.rollback()
        assert stored(space_id) == right
        with transaction() as other:  # somebody else's turn to write
            other.execute(update(Message).where(Message.id == 0).values(subject=""))
        seen += 1
        with transaction() as own:
            return real(own, space_id, after)

    monkeypatch.setattr(rethreading, "rebuild_some", between)
    rederiving.rebuild_threads(site.team)
    assert seen == 5
    assert stored(site.team) == right


def test_what_an_older_parser_read_wrongly_leaves_its_old_thread(site: Site) -> None:
    ids = archive(site.team, [saying(1, "a", []), saying(2, "b", ["a"]), saying(3, "c", [])])
    right = stored(site.team)
    with transaction() as session:
        wrong = session.get_one(Message, ids[2])
        wrong.references, wrong.parsed_version = ["b@example.org"], 1
        session.flush()
        rethreading.reattach(session, site.team, [row.thread_id or 0 for row in session.scalars(select(Message))])
    assert len(conversations(stored(site.team))) == 1
    assert rederiving.PARSER_VERSION > 1
    assert rederiving.catch_up(Silent()) == "Read 1 message anew; 0 are left."
    assert conversations(stored(site.team)) == conversations(right)
    assert {name: parent for name, (parent, _) in stored(site.team).items()} == expected(site.team)
    assert rederiving.catch_up(Silent()) is None


def test_after_an_upgrade_mail_is_read_anew_little_by_little(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rederiving, "BATCH", 2)
    ids = archive(site.team, [saying(number, f"n{number}", []) for number in range(7)])
    with transaction() as session:
        session.execute(update(Message).values(parsed_version=1, subject="as it was read before"))
    told: list[tuple[int, int | None]] = []

    class Watching:
        def tell(self, done: int, total: int | None = None) -> None:
            told.append((done, total))

    assert rederiving.catch_up(Watching()) == "Read 7 messages anew; 0 are left."
    assert told == [(2, 7), (4, 7), (6, 7), (7, 7)]
    with reading() as session:
        assert [session.get_one(Message, row_id).subject for row_id in ids] == [str(number) for number in range(7)]


def test_long_messages_are_read_anew_one_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rederiving, "BATCH_BYTES", 10)
    archive(site.team, [saying(number, f"n{number}", []) for number in range(3)])
    with transaction() as session:
        session.execute(update(Message).values(subject=""))
    assert rederiving.reparse(site.team) == 3
    with reading() as session:
        assert sorted(session.scalars(select(Message.subject))) == ["0", "1", "2"]


def test_a_run_after_an_upgrade_ends_after_a_while(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rederiving, "BATCH", 1)
    monkeypatch.setattr(rederiving, "SECONDS", 0.0)
    archive(site.team, [saying(1, "a", [])])
    with transaction() as session:
        session.execute(update(Message).values(parsed_version=1))
    assert rederiving.catch_up(Silent()) is None
    assert ingest.digest_left_over() == 0


def test_everything_of_a_space_is_made_anew_when_asked(site: Site) -> None:
    ids = make_conversation(site.team, 5)
    right = stored(site.team)
    with transaction() as session:
        session.execute(update(Message).values(subject="", text="", message_id="x@example.org"))
    assert rederiving.reparse(site.team) == 5
    assert stored(site.team) == right
    with reading() as session:
        assert all(session.get_one(Message, row_id).text for row_id in ids)
