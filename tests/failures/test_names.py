"""A line break in a name never becomes a command: it is refused before an octet is sent, and harmless when received."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import on, saying
from tests.servers.scripted import ScriptedServer
from wiki.errors import Invalid
from wiki.extensions import db
from wiki.mail import service
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.permissions.actor import SYSTEM
from wiki.spaces.models import Space

BREAKS = ["a\r\nA9 DELETE INBOX", "a\nDELE 1", "a\rb", "a\0b"]


@shows("line breaks in names")
@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("field", ["host", "username", "password", "folders", "move_to"])
def test_a_name_with_a_line_break_is_refused_when_it_is_typed(world: World, field: str, name: str) -> None:
    values = {
        "host": "mail.example.org",
        "username": "ann",
        "password": "secret",
        "folders": ("INBOX",),
        "move_to": "Old",
    }
    values[field] = (name,) if field == "folders" else name
    fields = service.AccountFields(
        name="Support", protocol=Protocol.IMAP, fetch_minutes=30, after_archiving=service.AfterArchiving.MOVE, **values
    )
    with pytest.raises(Invalid) as refused:
        service.add_account(SYSTEM, db.session.get_one(Space, world.space), fields)
    assert field in refused.value.errors
    db.session.rollback()


@shows("line breaks in names")
@pytest.mark.parametrize("name", [BREAKS[0], BREAKS[3]])
@pytest.mark.parametrize("field", ["host", "username", "folders", "move_to"])
def test_a_name_with_a_line_break_that_is_stored_all_the_same_reaches_no_server(
    world: World, field: str, name: str
) -> None:
    script = mailbox([letter(1)])
    with ScriptedServer(script) as server:
        way = {"after_archiving": service.AfterArchiving.MOVE, "move_to": "Old"}
        account = world.account(server, **{**way, field: [name] if field == "folders" else name})
        world.fail(account)
        assert script.removed == []
        sent = b"\n".join(server.heard)
        assert not any(word in sent for word in (b"DELETE", b"DELE 1", b"\r", b"\0"))


@shows("line breaks in names")
def test_a_folder_that_the_server_names_with_a_line_break_is_listed_and_never_asked_for(world: World) -> None:
    script = mailbox([letter(1)])
    listed = b'* LIST () "/" {20}\r\nOdd\r\nA9 DELETE INBOX\r\n* LIST () "/" "INBOX"\r\n<tag> OK done\r\n'
    script.behaviours = [on(b"LIST", saying(listed))]
    with ScriptedServer(script) as server:
        with server.imap(Deadlines(total=5)) as session:
            assert "INBOX" in [folder.name for folder in session.folders()]
        world.fetch(world.account(server))
        assert not any(b"DELETE" in line for line in server.heard)
        world.assert_each_once([letter(1)])


@shows("line breaks in names")
def test_an_id_that_the_server_writes_oddly_is_only_ever_compared(world: World) -> None:
    script = maildrop([letter(1)])
    script.uidls = {1: b"<script>'; DROP TABLE\x01\xff"}
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fetch(account) == "1 new message."
        assert world.fetch(account) == "Nothing new."
        world.assert_each_once([letter(1)])
