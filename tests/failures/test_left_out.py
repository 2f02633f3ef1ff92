"""What a server does not mention is not gone, and what is gone is not missed."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox
from tests.mail.accounts import letter
from tests.servers.hostile import first, leaving_out, on
from tests.servers.scripted import Behaviour, ScriptedServer
from wiki.jobs.progress import Silent
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.service import ASKED_FOR

LETTERS = [letter(number) for number in range(1, 6)]

OMISSIONS: dict[str, Behaviour] = {
    "from the list of numbers": on(b"UID SEARCH", leaving_out(3)),
    "from the sizes": on(b"UID FETCH", leaving_out(3), having=b"RFC822.SIZE)"),
    "from the contents": on(b"UID FETCH", leaving_out(3), having=b"BODY.PEEK["),
    "from every FETCH": on(b"UID FETCH", leaving_out(3)),
    "from everything": leaving_out(3),
}


@shows("uids left out", "fault c: a uid omitted")
@pytest.mark.parametrize("omission", OMISSIONS)
def test_a_message_that_is_left_out_once_comes_the_next_day_at_the_latest(world: World, omission: str) -> None:
    script = mailbox(LETTERS, behaviours=[OMISSIONS[omission]])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.try_to_fetch(account)
        world.assert_nothing_lost(LETTERS, script)
        script.behaviours = ()
        world.next_day(account)
        world.fetch(account)
        world.assert_each_once(LETTERS)


@shows("uids left out")
@pytest.mark.parametrize("omission", OMISSIONS)
def test_what_is_left_out_is_not_taken_for_deleted(world: World, omission: str) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        script.behaviours = [OMISSIONS[omission]]
        world.next_day(account)
        world.try_to_fetch(account)
        world.assert_each_once(LETTERS)
        assert world.states(account) == {"archived": 5}


@shows("uids left out", "unarchived mail deleted")
def test_a_message_whose_size_the_server_does_not_say_again_is_not_deleted(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.behaviours = [OMISSIONS["from the sizes"]]
        assert "4 removed from the server" in world.fetch(account)
        assert script.messages == {3: LETTERS[2]}
        script.behaviours = ()
        assert "1 removed from the server" in world.fetch(account)
        assert script.messages == {}
        assert world.states(account) == {"gone": 5}


@shows("expunge during the fetch", "fault d: expunge within")
@pytest.mark.parametrize("moment", [b"RFC822.SIZE)", b"BODY.PEEK["], ids=["before the sizes", "before the contents"])
def test_a_message_that_another_program_removes_meanwhile_is_neither_missed_nor_held(
    world: World, moment: bytes
) -> None:
    script = mailbox(LETTERS)
    script.behaviours = [on(b"UID FETCH", first(lambda: script.messages.pop(3, None)), having=moment)]
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fetch(account) == "4 new messages."
        assert world.set_aside() == []
        script.messages[6] = letter(6)
        assert world.fetch(account) == "1 new message."
        world.assert_each_once([*(each for each in LETTERS if each != LETTERS[2]), letter(6)])
        # The whole folder was not read again because of one message.
        assert sum(b"BODY.PEEK[" in line and b"1:" in line for line in server.heard) == 1


@shows("expunge during the fetch")
def test_a_folder_that_is_emptied_while_it_is_fetched_is_no_error(world: World) -> None:
    script = mailbox(LETTERS)
    script.behaviours = [on(b"UID FETCH", first(script.messages.clear), having=b"BODY.PEEK[")]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        assert world.set_aside() == []


@shows("expunge during the fetch")
def test_what_another_program_removes_before_our_deleting_is_noted_as_gone(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        del script.messages[2]
        world.fetch(account)
        assert script.messages == {}
        world.assert_each_once(LETTERS)
        assert world.states(account) == {"gone": 5}


@shows("search by date misses mail")
def test_old_mail_that_is_moved_into_the_folder_later_is_fetched(world: World) -> None:
    script = mailbox(LETTERS)
    old = letter(77).replace(b"Nov 2026", b"Nov 1998")
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        script.messages[6] = old
        assert world.fetch(account) == "1 new message."
        world.assert_each_once([*LETTERS, old])
        assert not any(word in line for line in server.heard for word in (b"SINCE", b"BEFORE", b" ON "))


@shows("uids left out")
def test_a_message_that_arrives_during_a_certificate_does_not_stand_for_one_that_is_left_out(world: World) -> None:
    script = mailbox(LETTERS, behaviours=[on(b"UID SEARCH", leaving_out(3))])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        script.behaviours = [
            on(b"UID SEARCH", first(lambda: script.messages.setdefault(6, letter(6)))),
            on(b"UID SEARCH", leaving_out(3)),
        ]
        assert not certify(account, Silent(), ASKED_FOR)[0]
        script.behaviours = ()
        world.next_day(account)
        world.fetch(account)
        assert certify(account, Silent(), ASKED_FOR)[0]


@shows("uids left out")
def test_a_server_whose_uidnext_is_behind_or_absent_gets_a_clean_certificate_all_the_same(world: World) -> None:
    for selected in (b"* OK [UIDVALIDITY 7] ok\r\n", b"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\n"):
        script = mailbox(LETTERS, selected=selected)
        with ScriptedServer(script) as server:
            account = world.account(server)
            world.fetch(account)
            assert certify(account, Silent(), ASKED_FOR)[0]
        world.begin_again()
