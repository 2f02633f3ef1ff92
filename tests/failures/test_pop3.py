"""POP3: numbers last one session, ids may repeat or be missing, and only QUIT deletes."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, maildrop, name_of
from tests.mail.accounts import letter
from tests.servers.hostile import hanging_up, hanging_up_afterwards, in_connection, on, saying
from tests.servers.scripted import Behaviour, Command, Honest, ScriptedServer
from tests.servers.scripted_pop import PopScript

LETTERS = [letter(number) for number in range(1, 6)]


def reordered(script: PopScript, letters: list[bytes]) -> None:
    """Give the messages these numbers, and leave each its id."""
    ids = {script.messages[number]: uidl for number, uidl in (script.uidls or {}).items()}
    script.messages = dict(enumerate(letters, 1))
    script.uidls = {
        number: ids.get(each, b"id-" + name_of(each)[:8].encode()) for number, each in enumerate(letters, 1)
    }


@shows("number taken for id", "fault g: pop3 renumbers")
def test_numbers_that_change_between_sessions_change_nothing(world: World) -> None:
    script = maildrop(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        reordered(script, [letter(9), *reversed(LETTERS)])
        assert world.fetch(account) == "1 new message."
        world.assert_each_once([*LETTERS, letter(9)])


@shows("number taken for id", "fault g: pop3 renumbers")
def test_numbers_that_change_before_a_deletion_delete_nothing_else(world: World) -> None:
    script = maildrop(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.behaviours = [on(b"QUIT", hanging_up)]
        world.fail(account)
        newer = [each.swapcase() for each in LETTERS]
        reordered(script, [*newer, LETTERS[0]])
        script.behaviours = [on(b"RETR", saying(b"-ERR busy\r\n"))]
        world.try_to_fetch(account)
        assert script.removed == []
        script.behaviours = ()
        world.fetch(account)
        world.assert_nothing_lost([*LETTERS, *newer], script)


@shows("number taken for id")
def test_an_id_that_looks_like_a_number_is_an_id(world: World) -> None:
    script = maildrop(LETTERS[:3])
    script.uidls = {1: b"3", 2: b"1", 3: b"2"}
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        script.messages = {1: LETTERS[1], 2: LETTERS[2], 3: letter(9)}
        script.uidls = {1: b"1", 2: b"2", 3: b"4"}
        assert world.fetch(account) == "1 new message."
        world.assert_each_once([*LETTERS[:3], letter(9)])


@shows("uidl reused or absent")
@pytest.mark.parametrize("is_as_long", [True, False], ids=["as long", "longer"])
def test_an_id_that_stands_for_another_message_later_has_that_archived_too(world: World, is_as_long: bool) -> None:
    """Of the same length it shows when the message is read again before it is deleted."""
    script = maildrop(LETTERS[:1])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        other = LETTERS[0].swapcase() if is_as_long else letter(99, body="another one")
        script.messages = {1: other}
        world.fetch(account)
        world.assert_nothing_lost([*LETTERS[:1], other], script)
        world.assert_each_once([*LETTERS[:1], other])


@shows("uidl reused or absent")
def test_one_id_for_two_messages_archives_and_deletes_both_by_their_octets(world: World) -> None:
    script = maildrop(LETTERS)
    script.uidls = dict.fromkeys(script.messages, b"the-only-id")
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fetch(account) == "5 new messages."
        world.delete_from_server(account)
        world.fetch(account)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        assert script.messages == {}


@shows("uidl reused or absent")
@pytest.mark.parametrize("comes_whole", [True, False])
def test_what_was_set_aside_without_an_id_is_known_again_when_the_server_gives_ids(
    world: World, comes_whole: bool
) -> None:
    script = maildrop(LETTERS[:2], capabilities=None)
    ids, script.uidls = script.uidls, None
    broken = on(b"RETR", saying(b"-ERR not now\r\n"), having=b"2")
    script.behaviours = [broken]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        assert world.states(account) == {"archived": 1, "held": 1}
        script.uidls = ids
        script.behaviours = [] if comes_whole else [broken]
        world.fetch(account)
        world.fetch(account)
        held = 0 if comes_whole else 1
        assert (world.states(account).get("held", 0), len(world.set_aside())) == (held, held)
        assert len(world.archived()) == 2 - held


@shows("uidl reused or absent")
def test_without_ids_messages_are_known_by_their_octets(world: World) -> None:
    script = maildrop([*LETTERS, LETTERS[0]], capabilities=None)
    script.uidls = None
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fetch(account) == "5 new messages, 1 already archived."
        assert "5 new" not in world.fetch(account)
        world.assert_each_once(LETTERS)
        world.delete_from_server(account)
        world.fetch(account)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


def refused_but_done(_command: Command, honest: Honest) -> list[bytes]:
    """Delete, and say that it did not work."""
    honest()
    return [b"-ERR some messages were not removed\r\n"]


ENDS: dict[str, Behaviour] = {
    "cut before QUIT": on(b"QUIT", hanging_up),
    "cut after QUIT": on(b"QUIT", hanging_up_afterwards),
    "QUIT refused": on(b"QUIT", saying(b"-ERR some messages were not removed\r\n")),
    "QUIT refused but done": on(b"QUIT", refused_but_done),
    "cut at DELE": on(b"DELE", hanging_up_afterwards, having=b"3"),
}


@shows("pop session cut before quit")
@pytest.mark.parametrize("end", ENDS)
def test_a_session_that_ends_badly_is_settled_by_the_next_listing(world: World, end: str) -> None:
    script = maildrop(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.behaviours = [in_connection(server.connections + 1, ENDS[end])]
        world.fail(account)
        world.assert_nothing_lost(LETTERS, script)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        assert script.messages == {}
        world.fetch(account)
        assert world.states(account) == {"gone": 5}


@shows("pop session cut before quit")
def test_deletions_come_last_and_few_at_a_time(world: World) -> None:
    letters = [letter(number) for number in range(120)]
    script = maildrop(letters)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        world.fetch(account)
        assert script.messages == {}
        assert server.heard.count(b"QUIT") >= 4
        sessions = b"\n".join(server.heard).split(b"QUIT")
        assert max(session.count(b"DELE") for session in sessions) <= 50
        assert all(b"RETR" not in session[session.find(b"DELE") :] for session in sessions if b"DELE" in session)
