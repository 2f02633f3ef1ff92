"""Numbers that come to stand for other messages: everything is recognised by its octets, and nothing is deleted."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox
from tests.mail.accounts import letter
from tests.servers.hostile import on, once, then
from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript

LETTERS = [letter(number) for number in range(1, 6)]


def numbered_anew(script: ImapScript) -> None:
    """Give the messages each other's numbers, and a new UIDVALIDITY."""
    script.messages = dict(zip(script.messages, reversed(script.messages.values()), strict=True))
    script.uid_validity = (script.uid_validity or 0) + 1


@shows("uidvalidity changes", "fault b: uidvalidity between and within")
def test_a_folder_that_is_numbered_anew_is_read_again_and_doubles_nothing(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        numbered_anew(script)
        script.messages[9] = letter(9)
        world.delete_from_server(account)
        told = world.fetch(account)
        assert "1 new message, 5 already archived" in told
        assert "numbers this folder anew" in told
        assert script.removed == []
        world.assert_each_once([*LETTERS, letter(9)])
        assert world.states(account) == {"stale": 5, "archived": 6}


@shows("uidvalidity changes", "fault b: uidvalidity between and within")
def test_a_folder_that_is_numbered_anew_in_the_middle_of_a_fetch_loses_nothing(world: World) -> None:
    script = mailbox(LETTERS)
    script.behaviours = [on(b"UID FETCH", once(then(lambda: numbered_anew(script))), having=b"RFC822.SIZE)")]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.try_to_fetch(account)
        assert script.uid_validity == 8
        world.assert_nothing_lost(LETTERS, script)
        world.fetch(account)
        world.assert_nothing_lost(LETTERS, script)
        world.assert_each_once(LETTERS)


@shows("uidvalidity changes", "fault b: uidvalidity between and within")
@pytest.mark.parametrize("is_told", [True, False], ids=["and says so", "without a word"])
def test_numbers_that_change_before_the_deleting_cost_no_other_mail(world: World, is_told: bool) -> None:
    """Mail that came meanwhile gets the numbers of mail that is archived, octet for octet as long."""
    script = mailbox(LETTERS)
    newer = [each.swapcase() for each in LETTERS]

    def others() -> None:
        script.messages = dict(enumerate(newer, 1))
        script.uid_validity = 8

    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        news = b"* OK [UIDVALIDITY 8] numbered anew\r\n" if is_told else b""
        script.behaviours = [
            on(b"UID FETCH", once(then(others))),
            on(b"UID SEARCH", lambda _command, honest: [news, *honest()]),
        ]
        script.messages[6] = letter(6)
        world.try_to_fetch(account)
        assert script.uid_validity == 8
        script.behaviours = ()
        world.fetch(account)
        world.assert_nothing_lost([*LETTERS, *newer], script)


@shows("uidvalidity absent, uidnext goes back")
def test_without_uidvalidity_messages_are_recognised_by_their_octets(world: World) -> None:
    script = mailbox(LETTERS, uid_validity=None)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.messages = dict(enumerate([letter(9), *LETTERS], 1))
        assert "1 new message, 5 already archived" in world.fetch(account)
        assert script.removed == []
        world.assert_each_once([*LETTERS, letter(9)])


@shows("uidvalidity absent, uidnext goes back")
def test_a_uidnext_that_goes_back_under_the_same_uidvalidity_is_a_new_numbering(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.messages = {1: LETTERS[4], 2: letter(9), 3: letter(10)}
        script.uid_next = 4
        told = world.fetch(account)
        assert "2 new messages, 1 already archived" in told
        assert "numbers this folder anew" in told
        assert script.removed == []
        world.assert_each_once([*LETTERS, letter(9), letter(10)])
        script.uid_next = None
        world.fetch(account)
        world.assert_nothing_lost([*LETTERS, letter(9), letter(10)], script)


@shows("uidvalidity absent, uidnext goes back")
def test_a_server_that_never_says_where_its_numbers_end_is_read_whole(world: World) -> None:
    script = mailbox(LETTERS, selected=b"* OK [UIDVALIDITY 7] ok\r\n")
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        script.messages[70] = letter(70)
        assert world.fetch(account) == "1 new message."
        world.assert_each_once([*LETTERS, letter(70)])
