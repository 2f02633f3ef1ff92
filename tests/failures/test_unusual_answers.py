"""Answers that are unusual but allowed, unasked, or refusals: what can be archived is, and what cannot be says why."""

from __future__ import annotations

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.certificates import Authority
from tests.servers.hostile import (
    Fault,
    backwards,
    changing,
    first,
    goodbye,
    hanging_up,
    in_between,
    in_front,
    in_lower_case,
    on,
    saying,
)
from tests.servers.scripted import Behaviour, ScriptedServer
from wiki.mail.models import AfterArchiving
from wiki.mail.transport.endpoint import Protocol

LETTERS = [letter(number) for number in range(1, 4)]

ODDITIES: dict[str, Behaviour] = {
    "an alert before each answer": in_front(b"* OK [ALERT] Your mailbox is almost full (100%) {5}.\r\n"),
    "news in the middle": in_between(b"* 9 EXISTS\r\n* 1 RECENT\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* OK still here\r\n"),
    "expunges in the middle": in_between(b"* 9 EXPUNGE\r\n* 2 EXISTS\r\n"),
    "answers in another order": backwards,
    "answers in lower case": in_lower_case,
    "OK without a word more": changing(lambda piece: piece.replace(b" OK done\r\n", b" OK\r\n")),
    "codes nobody knows": changing(lambda piece: piece.replace(b" OK done", b" OK [X-HOW {3} ODD] done")),
    "a warning with each": in_front(b"* NO disk is almost full\r\n"),
}


@shows("unasked and unusual answers")
@pytest.mark.parametrize("oddity", ODDITIES)
def test_a_server_with_unusual_manners_is_fetched_like_any_other(world: World, oddity: str) -> None:
    fault = Fault(ODDITIES[oddity])
    script = mailbox(LETTERS, behaviours=[fault])
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fetch(account) == "3 new messages."
        world.assert_each_once(LETTERS)
        world.delete_from_server(account)
        assert "3 removed" in world.fetch(account)
        assert fault.times
        world.assert_nothing_lost(LETTERS, script)


ABSURD = b"99999999999999999999"
NUMBERS: dict[str, Behaviour] = {
    "UIDVALIDITY": on(b"EXAMINE", changing(lambda piece: piece.replace(b"UIDVALIDITY 7", b"UIDVALIDITY " + ABSURD))),
    "UIDNEXT": on(b"EXAMINE", changing(lambda piece: piece.replace(b"UIDNEXT 4", b"UIDNEXT " + ABSURD))),
    "EXISTS": on(b"EXAMINE", changing(lambda piece: piece.replace(b"* 3 EXISTS", b"* " + ABSURD + b" EXISTS"))),
    "MODSEQ": on(b"EXAMINE", in_front(b"* OK [HIGHESTMODSEQ " + ABSURD + b"] ok\r\n")),
    "a UID that is found": on(b"UID SEARCH", in_front(b"* SEARCH " + ABSURD + b" 0\r\n")),
    "a UID nobody asked for": on(b"UID FETCH", in_front(b"* 1 FETCH (UID " + ABSURD + b" RFC822.SIZE 5)\r\n")),
}


@shows("unasked and unusual answers")
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_there_cannot_be_is_passed_over(world: World, number: str) -> None:
    fault = Fault(NUMBERS[number])
    script = mailbox(LETTERS, behaviours=[fault])
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert "3 new messages" in world.fetch(account)
        assert fault.times
        world.fetch(account)
        world.assert_each_once(LETTERS)


STEPS = [b"GREETING", b"CAPABILITY", b"LOGIN", b"SELECT", b"UID SEARCH", b"UID FETCH", b"UID STORE", b"UID EXPUNGE"]


@shows("unasked and unusual answers")
@pytest.mark.parametrize("step", STEPS, ids=bytes.decode)
def test_a_goodbye_at_any_time_loses_nothing_and_the_next_fetch_goes_on(world: World, step: bytes) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        script.behaviours = [on(step, goodbye)]
        world.fail(account)
        world.assert_nothing_lost(LETTERS, script)
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


@shows("refusals")
@pytest.mark.parametrize("word", [b"NO", b"BAD"], ids=bytes.decode)
@pytest.mark.parametrize("step", [*STEPS[1:], b"LOGOUT"], ids=bytes.decode)
def test_whatever_command_is_refused_nothing_is_lost(world: World, step: bytes, word: bytes) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        fault = Fault(on(step, saying(b"<tag> " + word + b" no such thing\r\n")))
        script.behaviours = [fault]
        world.try_to_fetch(account)
        assert fault.times
        world.assert_nothing_lost(LETTERS, script)
        assert step in {b"UID EXPUNGE", b"LOGOUT", b"CAPABILITY"} or script.removed == []
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


@shows("refusals")
@pytest.mark.parametrize("step", [b"CAPA", b"USER", b"PASS", b"STAT", b"LIST", b"UIDL", b"RETR", b"NOOP", b"DELE"])
def test_whatever_command_a_pop_server_refuses_nothing_is_lost(world: World, step: bytes) -> None:
    script = maildrop(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        fault = Fault(on(step, saying(b"-ERR no such thing\r\n")))
        script.behaviours = [fault]
        world.try_to_fetch(account)
        assert fault.times
        world.assert_nothing_lost(LETTERS, script)
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


@shows("refusals")
@pytest.mark.parametrize(
    ("way", "capabilities", "refused"),
    [
        (AfterArchiving.DELETE, b"IMAP4rev1", b""),
        (AfterArchiving.DELETE, b"IMAP4rev1 UIDPLUS", b"UID EXPUNGE"),
        (AfterArchiving.MOVE, b"IMAP4rev1 MOVE", b"UID MOVE"),
        (AfterArchiving.MOVE, b"IMAP4rev1", b""),
    ],
    ids=["no UIDPLUS", "UIDPLUS that refuses", "MOVE that refuses", "neither MOVE nor UIDPLUS"],
)
def test_a_server_that_cannot_remove_single_messages_keeps_them_and_the_account_says_so(
    world: World, way: AfterArchiving, capabilities: bytes, refused: bytes
) -> None:
    script = mailbox(LETTERS, capabilities=capabilities)
    fault = Fault(on(refused, saying(b"<tag> NO not here\r\n")))
    script.behaviours = [fault]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account, way, "Archived")
        told = world.fetch(account)
        assert "server" in told
        assert "removed from the server" not in told
        assert bool(fault.times) == bool(refused)
        assert list(script.messages.values()) == LETTERS
        assert not any(b"EXPUNGE" in line and b"UID" not in line for line in server.heard)
        assert world.states(account) == {"archived": 3}


@shows("unasked and unusual answers")
def test_a_mailbox_that_is_open_before_anybody_signed_in_is_nobodys(world: World) -> None:
    script = mailbox(LETTERS, greeting=b"* PREAUTH welcome, whoever you are\r\n")
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert world.fail(account) == "The mail server did not ask who we are."
        assert world.archived() == []


@shows("certificate")
def test_an_expired_certificate_is_no_proof_and_no_password_is_sent(world: World, authority: Authority) -> None:
    expired = authority.certificate(days=-1).context()
    with ScriptedServer(mailbox(LETTERS), tls=expired) as server:
        account = world.account(server, Protocol.IMAPS, cafile=authority.cafile)
        assert world.fail(account) == "The mail server's certificate has expired."
        assert server.heard == []


@shows("tarpit, flood, dead server")
def test_a_server_that_is_down_says_so_and_comes_back(world: World) -> None:
    script = mailbox(LETTERS, behaviours=[on(b"GREETING", hanging_up)])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fail(account)
        script.behaviours = [on(b"GREETING", first(lambda: None))]
        world.fetch(account)
        world.assert_each_once(LETTERS)
