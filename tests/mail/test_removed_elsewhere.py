"""What another program removes from a server while it waits for its removal by us is told apart from what we remove."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.failures.world import World, mailbox
from tests.mail.accounts import letter
from tests.people import Site
from tests.servers.hostile import on
from tests.servers.scripted import ScriptedServer
from wiki.audit.models import Event
from wiki.audit.tags import EventTag
from wiki.db import reading
from wiki.jobs.progress import Silent
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.models import Certificate
from wiki.mail.certificates.service import ASKED_FOR

LETTERS = [letter(number) for number in range(1, 6)]


@pytest.fixture
def world(app: Flask, site: Site) -> World:
    return World(app, site)


def counts_of_removals() -> list[object]:
    with reading() as session:
        found = session.scalars(select(Event).where(Event.tag == EventTag.MAIL_DELETED_ON_SERVER.value))
        return [event.details["count"] for event in found]


@pytest.mark.parametrize("removed", [(2, 4), (1, 2, 3, 4, 5)])
def test_it_is_neither_counted_nor_put_on_record_as_our_doing(world: World, removed: tuple[int, ...]) -> None:
    script = mailbox(LETTERS)
    left = len(LETTERS) - len(removed)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        for uid in removed:
            del script.messages[uid]
        result = world.fetch(account)
        certify(account, Silent(), ASKED_FOR)
    assert ("3 removed from the server" in result) == bool(left)
    assert counts_of_removals() == ([left] if left else [])
    assert world.states(account) == {"gone": 5}
    with reading() as session:
        newest = session.scalars(select(Certificate).order_by(Certificate.id.desc()).limit(1)).one()
        assert (newest.gone_here, newest.gone_elsewhere) == (left, len(removed))


def test_a_message_whose_size_a_server_leaves_out_is_not_taken_for_removed(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.behaviours = [on(b"UID FETCH", lambda _command, honest: [*honest()][1:], having=b"RFC822.SIZE)")]
        assert "4 removed from the server" in world.fetch(account)
    assert len(script.messages) == 1
    assert world.states(account) == {"archived": 1, "gone": 4}
