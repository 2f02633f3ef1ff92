"""Servers that never end, and messages that are too much: bounded in time and in memory, and nobody else waits."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.failures.rows import shows
from tests.failures.world import AnyScript, World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import changing, dripping, flooding, on, saying, silent
from tests.servers.scripted import Behaviour, Command, Honest, ScriptedServer

LETTERS = [letter(number) for number in range(1, 4)]
KINDS = {"imap": mailbox, "pop": maildrop}
PATIENCE = 0.3
MARGIN = 3.0  # other programs want the machine too
MIB = 1024 * 1024


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds + MARGIN


TARPITS: dict[str, tuple[str, Behaviour]] = {
    "silent at once": ("imap", on(b"GREETING", silent)),
    "silent after signing in": ("imap", on(b"LOGIN", silent)),
    "silent when messages are asked for": ("imap", on(b"UID FETCH", silent)),
    "silent at the deletion": ("imap", on(b"UID EXPUNGE", silent)),
    "dripping the list": ("imap", on(b"UID SEARCH", dripping(0.1))),
    "dripping a message": ("imap", on(b"UID FETCH", dripping(0.1), having=b"BODY")),
    "pop, silent at once": ("pop", on(b"GREETING", silent)),
    "pop, silent in a message": ("pop", on(b"RETR", silent)),
    "pop, silent at the end": ("pop", on(b"QUIT", silent)),
    "pop, dripping a message": ("pop", on(b"RETR", dripping(0.1))),
}


@shows("no timeout", "fault e: silence and drips", "tarpit, flood, dead server")
@pytest.mark.parametrize("tarpit", TARPITS)
def test_a_server_that_does_not_end_is_left_at_the_deadline_and_nothing_is_lost(world: World, tarpit: str) -> None:
    kind, behaviour = TARPITS[tarpit]
    script: AnyScript = KINDS[kind](LETTERS, behaviours=[behaviour])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.app.config["MAIL_FETCH_DEADLINE_SECONDS"] = PATIENCE
        with within(2 * PATIENCE):
            told = world.fail(account)
        assert "too long" in told
        world.assert_nothing_lost(LETTERS, script)
        world.app.config["MAIL_FETCH_DEADLINE_SECONDS"] = 20
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


LINE = b"x" * 500
FLOODS: dict[str, tuple[str, Behaviour]] = {
    "untagged lines": ("imap", on(b"UID SEARCH", flooding(b"* OK %s\r\n" % LINE))),
    "messages nobody asked for": ("imap", on(b"UID FETCH", flooding(b"* 9 FETCH (UID 9 X {500}\r\n%s)\r\n" % LINE))),
    "one line without an end": ("imap", on(b"UID FETCH", flooding(b"x"))),
    "a literal of four billion": ("imap", on(b"UID FETCH", saying(b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\nabc"))),
    "a list without an end": ("pop", on(b"UIDL", flooding(b"1 id%s\r\n" % LINE))),
    "a message without an end": ("pop", on(b"RETR", flooding(b"more of it\r\n"))),
}  # fmt: skip


@shows("no timeout", "all mail in memory", "tarpit, flood, dead server")
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_left_when_it_is_more_than_was_asked_for(world: World, flood: str) -> None:
    """What is taken in is bounded, and so is memory: tests/mail/transport/test_deadlines.py measures that."""
    kind, behaviour = FLOODS[flood]
    script: AnyScript = KINDS[kind](LETTERS, behaviours=[behaviour])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fail(account)
        assert server.sent < 32 * MIB
        assert script.removed == []
        script.behaviours = ()
        world.fetch(account)
        world.assert_each_once(LETTERS)


@shows("tarpit, flood, dead server")
def test_the_other_accounts_are_fetched_whatever_one_server_does(world: World) -> None:
    world.app.config["MAIL_FETCH_DEADLINE_SECONDS"] = PATIENCE
    with (
        ScriptedServer(mailbox(LETTERS, behaviours=[on(b"LOGIN", silent)])) as dead,
        ScriptedServer(mailbox([letter(9)])) as well,
    ):
        first, second = world.account(dead), world.account(well, name="Second")
        world.fail(first)
        world.fetch(second)
        world.assert_each_once([letter(9)])


@shows("long lines")
@pytest.mark.parametrize("kind", KINDS)
def test_lines_longer_than_any_library_takes_are_kept(world: World, kind: str) -> None:
    letters = [
        letter(1, body="x" * 3000),
        letter(2, body="y" * 1_200_000),
        letter(3, extra=f"X-Long: {'z' * 70_000}\r\n"),
    ]
    with ScriptedServer(KINDS[kind](letters)) as server:
        world.fetch(world.account(server))
        world.assert_each_once(letters)


@shows("long lines")
def test_a_list_of_numbers_longer_than_a_library_takes_is_read_in_windows(world: World) -> None:
    script = mailbox(LETTERS)
    script.messages |= dict.fromkeys(range(4000000000, 4000000000 + 2500), b"Subject: x\r\n\r\n")
    longest = 0

    def measured(command: Command, honest: Honest) -> list[bytes]:
        nonlocal longest
        pieces = honest()
        longest = max(longest, *map(len, pieces))
        return pieces

    script.behaviours = [on(b"UID SEARCH", measured)]
    with ScriptedServer(script) as server:
        assert "4 new messages" in world.fetch(world.account(server))
    assert longest < 30_000


@shows("giant message")
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_beyond_the_limit_is_set_aside_unfetched_and_the_others_come(world: World, kind: str) -> None:
    world.app.config["MAIL_MAX_MESSAGE_MB"] = 1
    giant = letter(2, body="x" * (MIB + 1))
    letters = [LETTERS[0], giant, *LETTERS[2:]]
    script: AnyScript = KINDS[kind](letters)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        world.assert_each_once(letters, held=1)
        assert "too many" in world.set_aside()[0]
        assert server.sent < MIB
        assert giant in script.messages.values()
        world.app.config["MAIL_MAX_MESSAGE_MB"] = 100
        world.fetch(account)
        world.assert_each_once(letters)


@shows("giant message")
@pytest.mark.parametrize("announced", [b"4294967296", b"99999999999999999999", b"-1"], ids=bytes.decode)
def test_a_size_that_cannot_be_true_harms_nobody(world: World, announced: bytes) -> None:
    script = mailbox(LETTERS)
    size = b"UID 2 RFC822.SIZE %d" % len(LETTERS[1])
    script.behaviours = [
        on(b"UID FETCH", changing(lambda piece: piece.replace(size, b"UID 2 RFC822.SIZE " + announced)))
    ]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        world.assert_each_once(LETTERS, held=1)
        assert LETTERS[1] in script.messages.values()


@shows("giant message")
def test_a_size_in_a_pop_listing_that_cannot_be_true_harms_nobody(world: World) -> None:
    script = maildrop(LETTERS, sizes={2: 10**19})
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        world.fetch(account)
        world.assert_each_once(LETTERS, held=1)
        assert LETTERS[1] in script.messages.values()


@shows("giant message")
def test_a_name_longer_than_a_file_system_takes_is_no_name_of_a_file(world: World) -> None:
    long = letter(1, subject="n" * 500, extra=f'Content-Disposition: attachment; filename="{"n" * 500}.txt"\r\n')
    with ScriptedServer(mailbox([long])) as server:
        world.fetch(world.account(server))
        world.assert_each_once([long])


@shows("all mail in memory")
@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_the_mailbox(world: World, kind: str) -> None:
    data = "Content-Type: application/octet-stream\r\n"
    letters = [letter(number, body="x" * MIB, extra=data) for number in range(32)]
    with ScriptedServer(KINDS[kind](letters)) as server:
        account = world.account(server)
        tracemalloc.start()
        try:
            world.fetch(account)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(world.messages()) == 32
    assert most < 24 * MIB
