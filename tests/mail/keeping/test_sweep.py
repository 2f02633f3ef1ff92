"""What nothing names any more goes, late; what anything names stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Attached, make_message
from tests.mail.screens import added_account
from tests.people import Person, Site
from wiki.audit.models import Event
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.jobs.lease import lease
from wiki.mail import store, trashing
from wiki.mail.extraction.models import AttachmentText
from wiki.mail.fetching import ledger
from wiki.mail.fetching.ledger import Item
from wiki.mail.keeping import sweeping
from wiki.mail.keeping.sweeping import sweep
from wiki.mail.models import Message, MessagePart
from wiki.mail.store import Stored
from wiki.permissions.actor import SYSTEM


def old(sha256: str) -> str:
    """Make a blob one that nobody has put for long."""
    os.utime(blob_store()._path(sha256), (0, 0))
    return sha256


def put(content: bytes) -> str:
    return old(blob_store().put_many([content])[0])


def test_a_blob_that_nothing_names_stays_until_a_person_says_otherwise(site: Site) -> None:
    """It may be the only copy: the rows are missing when an older database was put back."""
    orphan = put(b"orphan")
    [young] = blob_store().put_many([b"its row may be about to come"])

    swept = sweep()

    assert (swept.removed, swept.unnamed) == (0, 2)
    assert orphan in blob_store()
    assert "2 blobs are named by nothing and stay" in (swept.in_words() or "")
    swept = sweep(unnamed=True)
    assert (swept.removed, swept.young) == (1, 1)
    assert orphan not in blob_store()
    assert young in blob_store()
    with reading() as session:
        event = session.scalars(select(Event).where(Event.tag == "mail:swept")).one()
    assert event.details == {"halves": 0, "removed": 1}


def test_what_any_row_names_stays(site: Site, alice: Person) -> None:
    living, thrown = make_message(site.team), make_message(site.team)
    aside, held = put(b"aside"), put(b"held")
    account = added_account(alice, site.team)
    with transaction() as session:
        trashing.trash_message(SYSTEM, session.get_one(Message, thrown))
        store.set_aside(session, site.team, None, [{"source": "x", "sha256": aside, "size": 5, "reason": "y"}])
        folder = ledger.enter_folder(session, account, "INBOX", 1, 2)
        ledger.note_archived(session, folder.id, [Item(4, uid=1)], [Stored(held, None, is_new=False)])
        names = [old(each.sha256) for each in session.scalars(select(Message))]

    swept = sweep()

    assert (swept.removed, swept.young, swept.unnamed) == (0, 0, 0)
    assert len(names) == 2
    assert all(each in blob_store() for each in [*names, aside, held])
    assert living


def test_what_was_purged_is_gone_for_good_a_week_later(site: Site) -> None:
    made = make_message(site.team)
    with transaction() as session:
        sha256 = session.get_one(Message, made).sha256
        trashing.trash_message(SYSTEM, session.get_one(Message, made))
        trashing.purge(SYSTEM, site.team, [made])
    assert sweep().young == 1
    old(sha256)
    assert sweep().removed == 1


def test_a_blob_that_is_put_again_while_it_is_swept_stays(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row is not there yet when the sweep asks for it: the store remembers that somebody put it."""
    orphan = put(b"back again")
    asked = sweeping.needed.of_anything

    def meanwhile(session: object, number: int) -> set[str]:
        found = asked(session, number)  # type: ignore[arg-type]
        blob_store().put_many([b"back again"])
        return found

    monkeypatch.setattr(sweeping.needed, "of_anything", meanwhile)

    assert sweep(unnamed=True).removed == 0
    assert orphan in blob_store()


def test_half_written_files_of_killed_processes_go(site: Site, data: Path) -> None:
    left = data / "blobs" / "incoming" / "of-a-killed-process"
    left.mkdir()
    (left / "half").write_bytes(b"ha")

    assert sweep().halves == 1
    assert sweep().in_words() is None


def test_the_texts_of_attachments_that_are_gone_go(site: Site) -> None:
    make_message(site.team, attached=[Attached(b"words")])
    with transaction() as session:
        session.query(MessagePart).delete()
    sweep()
    with reading() as session:
        assert session.scalars(select(AttachmentText)).all() == []


def test_only_one_process_sweeps(app: Flask, site: Site) -> None:
    orphan = put(b"orphan")
    with lease("mail-sweep"):
        assert sweep(unnamed=True).removed == 0
    assert orphan in blob_store()
