"""A server that lies about a message: it is set aside with a reason, never deleted, and nobody else is harmed."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import Fault, answering_about, changing, on, saying
from tests.servers.lies import LIES
from tests.servers.scripted import Behaviour, ScriptedServer
from tests.servers.scripted_imap import honest, honest_size

LETTERS = [letter(number) for number in range(1, 22)]  # so many that one held message is no alarm
LIAR = 7


@shows("ok without content", "lying server", "fault f: ok without a literal")
@pytest.mark.parametrize("lie", LIES)
def test_a_message_that_does_not_come_whole_is_set_aside_and_stays_on_the_server(world: World, lie: str) -> None:
    script = mailbox(LETTERS)
    script.behaviours = [answering_about(LIAR, LIES[lie][0], LETTERS[LIAR - 1])]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        told = world.fetch(account)
        assert "20 new messages, 1 set aside, 20 removed" in told
        assert script.messages == {LIAR: LETTERS[LIAR - 1]}
        world.assert_each_once(LETTERS, held=1)
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


@shows("lying server", "unarchived mail deleted")
@pytest.mark.parametrize("lie", ["nothing at all", "a short literal", "the message of another"])
def test_a_server_that_lies_about_every_message_gets_nothing_deleted(world: World, lie: str) -> None:
    script = mailbox(LETTERS[:4])
    script.behaviours = [answering_about(uid, LIES[lie][0], script.messages[uid]) for uid in script.messages]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.try_to_fetch(account)
        assert script.removed == []
        world.assert_each_once(LETTERS[:4], held=4)
        assert not any(word in line for line in server.heard for word in (b"STORE", b"EXPUNGE", b"MOVE"))
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS[:4])


@shows("lying server", "ok without content")
def test_a_message_of_no_octets_is_set_aside_and_stays_though_its_size_is_said_to_be_none(world: World) -> None:
    script = mailbox(
        LETTERS,
        answer=lambda uid, content: honest(uid, b"" if uid == LIAR else content),
        size_answer=lambda uid, content: honest_size(uid, b"" if uid == LIAR else content),
    )
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        assert "20 new messages, 1 set aside, 20 removed" in world.fetch(account)
        assert script.messages == {LIAR: LETTERS[LIAR - 1]}
        assert world.set_aside() == ["The server sent a message without a single octet, which no message is."]
        script.answer, script.size_answer = honest, honest_size
        world.fetch(account)
        world.assert_each_once(LETTERS)


@shows("lying server", "ok without content")
def test_a_pop_message_of_no_octets_is_set_aside_and_stays(world: World) -> None:
    script = maildrop([*LETTERS, b""])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        assert list(script.messages.values()) == [b""]
        world.assert_each_once([*LETTERS, b""], held=1)


@shows("ok without content", "fault f: ok without a literal")
@pytest.mark.parametrize(
    "answer", [b"<tag> OK done\r\n", b"* OK nothing\r\n<tag> OK done\r\n", b"* 1 FETCH (FLAGS ())\r\n<tag> OK\r\n"]
)
def test_ok_alone_is_no_message(world: World, answer: bytes) -> None:
    script = mailbox(LETTERS[:3], behaviours=[on(b"UID FETCH", saying(answer), having=b"BODY.PEEK[")])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        world.assert_each_once(LETTERS[:3], held=3)
        assert script.removed == []


POP_LIES: dict[str, Behaviour] = {
    "nothing": saying(b"+OK\r\n.\r\n"),
    "the beginning": saying(b"+OK\r\n" + LETTERS[LIAR - 1][:40] + b"\r\n.\r\n"),
    "too much": changing(lambda piece: piece.replace(b"\r\n.\r\n", b"\r\nand more\r\n.\r\n")),
    "another message": saying(b"+OK\r\n" + letter(9999) + b".\r\n"),
    "a refusal": saying(b"-ERR not this one\r\n"),
}


@shows("lying server", "ok without content")
@pytest.mark.parametrize("lie", POP_LIES)
def test_a_pop_message_that_does_not_come_whole_is_set_aside_and_stays(world: World, lie: str) -> None:
    content = LETTERS[LIAR - 1]
    script = maildrop(LETTERS)
    script.behaviours = [
        lambda command, honest: (
            POP_LIES[lie](command, honest)
            if command.name == b"RETR" and script.messages[int(command.arguments)] == content
            else honest()
        )
    ]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        assert list(script.messages.values()) == [content]
        world.assert_each_once(LETTERS, held=1)
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


DOTTED = letter(50, body="before\r\n.\r\nafter")


@shows("lying server")
def test_a_full_stop_that_nobody_guarded_holds_that_message_alone(world: World) -> None:
    letters = [*LETTERS[:2], DOTTED, *LETTERS[2:4]]
    script = maildrop(letters, text=lambda content: content + b".\r\n")
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        for _ in range(4):
            world.try_to_fetch(account)
            assert DOTTED in script.messages.values()
        world.assert_each_once(letters, held=1)
        world.assert_nothing_lost(letters, script)
        script.text = maildrop([]).text
        world.fetch(account)
        world.assert_nothing_lost(letters, script)


@shows("lying server")
def test_a_full_stop_that_never_comes_is_no_end(world: World) -> None:
    """The server forgets to end a message, and the next answer reads as if it belonged to it."""
    world.app.config["MAIL_FETCH_DEADLINE_SECONDS"] = 0.4
    script = maildrop(LETTERS[:3])
    script.behaviours = [on(b"RETR", changing(lambda piece: piece.removesuffix(b".\r\n")), having=b"2")]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fail(account)
        assert script.removed == []
        world.app.config["MAIL_FETCH_DEADLINE_SECONDS"] = 20
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS[:3])
        world.assert_nothing_lost(LETTERS[:3], script)


LISTINGS: dict[str, Behaviour] = {
    "STAT counts more": on(b"STAT", saying(b"+OK 900 900000\r\n")),
    "STAT counts fewer": on(b"STAT", saying(b"+OK 1 10\r\n")),
    "STAT counts none": on(b"STAT", saying(b"+OK 0 0\r\n")),
    "LIST leaves one out": on(b"LIST", changing(lambda piece: piece.replace(b"2 %d\r\n" % len(LETTERS[1]), b""))),
    "UIDL leaves one out": on(b"UIDL", changing(lambda piece: piece[:5] + piece[piece.index(b"2 id") :])),
    "UIDL has one more": on(b"UIDL", changing(lambda piece: piece.replace(b".\r\n", b"99 id-of-none\r\n.\r\n"))),
}


@shows("lying server")
@pytest.mark.parametrize("listing", LISTINGS)
def test_listings_that_disagree_cost_nothing(world: World, listing: str) -> None:
    fault = Fault(LISTINGS[listing])
    script = maildrop(LETTERS[:4], behaviours=[fault])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.try_to_fetch(account)
        assert fault.times
        world.assert_nothing_lost(LETTERS[:4], script)
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS[:4])
        world.assert_nothing_lost(LETTERS[:4], script)
