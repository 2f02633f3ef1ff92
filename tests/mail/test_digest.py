"""Digesting: mail is taken apart in a child process, and what is too much for it is shown as it came."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import Letter, archive, make_messages
from tests.people import Person, Site
from wiki import clock
from wiki.blobs.configured import blob_store
from wiki.bounded import process
from wiki.bounded.child import Child
from wiki.db import transaction
from wiki.extensions import db
from wiki.mail import deriving, display, ingest, store, trashing
from wiki.mail.message import RawMessage
from wiki.mail.models import Message, MessageAddress, MessagePart
from wiki.mail.parsing.parse import PARSER_VERSION, parse

FRAGILE = "tests.mail.fragile_parser:answer"


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "CHILD", FRAGILE)


def letter(subject: str) -> RawMessage:
    return RawMessage(f"From: ann@example.org\r\nSubject: {subject}\r\n\r\nbody\r\n".encode())


def rows(ids: list[int]) -> list[Message]:
    db.session.rollback()
    return [db.session.get_one(Message, row_id) for row_id in ids]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("crash", "It made the program that read it stop."),
        ("end", "It made the program that read it stop."),
        ("eat", "It needed more than 512 MB of memory."),
        ("loop", "It took longer than 1 second."),
    ],
)
def test_one_message_that_is_too_much_is_shown_as_it_came_and_the_others_are_parsed(
    app: Flask, site: Site, fragile: None, trouble: str, words: str
) -> None:
    if trouble == "loop":
        app.config["MAIL_PARSE_SECONDS"] = 1
    before, bad, after = rows(archive(site.team, [letter("one"), letter(trouble), letter("two")]))
    assert (before.subject, after.subject) == ("one", "two")
    assert bad.parsed_version == store.SHOWN_RAW
    assert bad.defects == [f"This message could not be taken apart. {words} It is kept, and shown as it came."]
    assert blob_store().verify(bad.sha256)


def test_where_no_process_can_be_started_mail_is_archived_and_parsed_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Child(deriving.CHILD)
    with monkeypatch.context() as patched:
        patched.setattr(process.sys, "executable", "/nowhere/python")
        patched.setattr(ingest, "parser_process", lambda _function, _size: nowhere)
        ids = archive(site.team, [letter("one")])
        assert [row.parsed_version for row in rows(ids)] == [0]
        make_old(ids)
        assert ingest.digest_left_over() == 0
        assert [row.parse_attempts for row in rows(ids)] == [0]
    assert ingest.digest_left_over() == 1
    assert [row.subject for row in rows(ids)] == ["one"]


def test_what_a_crash_left_is_parsed_and_what_stopped_the_parser_thrice_is_left_alone(site: Site) -> None:
    raws = [letter("one"), letter("two")]
    blob_store().put_many([raw.content for raw in raws])
    with transaction() as session:
        ids = [each.id or 0 for each in store.add(session, site.team, raws)]
        session.get_one(Message, ids[1]).parse_attempts = ingest.MOST_ATTEMPTS
    assert ingest.digest_left_over() == 0
    make_old(ids)
    assert ingest.digest_left_over() == 2
    first, second = rows(ids)
    assert first.subject == "one"
    assert second.parsed_version == store.SHOWN_RAW


def test_a_large_message_is_read_from_the_store(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "LONGEST_SENT", 10)
    [row] = rows(archive(site.team, [letter("large")]))
    assert row.subject == "large"


@pytest.mark.slow
def test_a_message_as_large_as_is_taken_is_parsed_and_its_attachment_comes_out(site: Site) -> None:
    attached = os.urandom(70 * 1024 * 1024)
    head = b"Subject: large\nMIME-Version: 1.0\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
    [row, other] = rows(archive(site.team, [RawMessage(head + base64.encodebytes(attached)), letter("beside it")]))
    assert (row.subject, row.attachment_count, other.subject) == ("large", 1, "beside it")
    assert display.part(row, 0) == attached


def test_what_is_purged_while_it_is_parsed_stays_purged(site: Site, alice: Person) -> None:
    kept, purged = make_messages(site.team, [Letter(), Letter()])
    raws = ingest.load_raws((row.id, row.sha256, row.internal_date) for row in rows([kept, purged]))
    digestion = ingest.Digestion(site.team)
    digestion.take(raws)
    with transaction() as session:
        trashing.trash_message(alice.actor, session.get_one(Message, purged))
        trashing.purge(alice.actor, site.team, [purged])
    digestion.finish()
    assert db.session.get(Message, purged) is None
    assert db.session.get_one(Message, kept).parsed_version == PARSER_VERSION


def test_digesting_again_changes_nothing(site: Site) -> None:
    ids = make_messages(site.team, [Letter(to="a@example.org, b@example.org"), Letter()])

    def everything() -> list[object]:
        db.session.rollback()
        tables = (Message.__table__, MessageAddress.__table__, MessagePart.__table__)
        return [sorted([tuple(row)[1:] for row in db.session.execute(table.select())], key=repr) for table in tables]

    before = everything()
    ingest.digest(site.team, ingest.load_raws((row.id, row.sha256, row.internal_date) for row in rows(ids)))
    assert everything() == before


def test_batch_after_batch_is_stored(site: Site) -> None:
    raws = [letter(f"number {number}") for number in range(30)]
    blob_store().put_many([raw.content for raw in raws])
    with transaction() as session:
        ids = [each.id or 0 for each in store.add(session, site.team, raws)]
    with ingest.Digestion(site.team) as digestion:
        for start in range(0, 30, 7):
            digestion.take(dict(zip(ids[start : start + 7], raws[start : start + 7], strict=True)))
        digestion.take({})
    assert [row.subject for row in rows(ids)] == [f"number {number}" for number in range(30)]


def test_a_very_long_text_is_stored_up_to_a_length_and_says_so() -> None:
    found = deriving.derive(parse(RawMessage(b"Subject: x\n\n" + b"a word " * (deriving.LONGEST_TEXT // 7 + 10))))
    assert len(found.columns["text"]) == deriving.LONGEST_TEXT
    assert "The text is longer than 4,000,000 characters; the rest is in the raw message." in found.columns["defects"]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), moment=st.none() | st.datetimes(timezones=st.just(UTC)))
def test_what_crosses_the_processes_is_what_was_derived(content: bytes, moment: datetime | None) -> None:
    content = b"Subject: " + content
    crossed = deriving.Derived.read(deriving.answer(deriving.request(content, moment)))
    derived = deriving.derive(parse(RawMessage(content, moment)))
    assert crossed.mention == derived.mention
    assert {**crossed.columns, "text_ranges": None} == {**derived.columns, "text_ranges": None}
    assert (crossed.addresses, crossed.parts) == (derived.addresses, derived.parts)


def make_old(ids: list[int]) -> None:
    with transaction() as session:
        for row_id in ids:
            session.get_one(Message, row_id).archived_at = clock.now() - timedelta(hours=1)
