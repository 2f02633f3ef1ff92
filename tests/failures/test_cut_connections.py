"""The connection is cut at octet N of the whole dialogue, fetching and deleting, for many N.

Each time nothing is lost, and one clean fetch puts all in order. POSTROOM_FULL_SWEEP=1 cuts at every octet.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.failures.rows import shows
from tests.failures.world import AnyScript, World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import hanging_up, hanging_up_afterwards, on, once
from tests.servers.scripted import Behaviour, ScriptedServer

# Another length for each, one with full stops to guard and one that looks like an answer.
LETTERS = [
    letter(1, body=".\r\n..\r\nA1 OK done"),
    letter(2, body="* 1 FETCH (UID 1 BODY[] {5}\r\n+OK\r\n-ERR"),
    letter(3, body="x" * 200),
]
KINDS = {"imap": mailbox, "pop": maildrop}
STEPS = {"imap": 197, "pop": 97}
IS_FULL = os.environ.get("POSTROOM_FULL_SWEEP") == "1"


def fresh(kind: str) -> AnyScript:
    return KINDS[kind](LETTERS)


def whole_dialogue(world: World, server: ScriptedServer) -> int:
    """The most octets that one connection sends in a fetch which archives and deletes all."""
    account = world.account(server)
    world.delete_from_server(account)
    before = server.sent
    world.fetch(account)
    return server.sent - before


def cut_and_recover(world: World, server: ScriptedServer, kind: str, octet: int) -> None:
    world.begin_again()
    server.script = script = fresh(kind)
    account = world.account(server)
    world.delete_from_server(account)
    server.cut_after = octet
    world.try_to_fetch(account)
    world.assert_nothing_lost(LETTERS, script)
    server.cut_after = None
    world.fetch(account)
    world.assert_each_once(LETTERS)
    world.assert_nothing_lost(LETTERS, script)
    assert not script.messages, "the clean fetch removed what was archived"
    world.fetch(account)
    assert set(world.states(account)) == {"gone"}


@shows("connection cut", "fault a: cut at every octet")
@pytest.mark.parametrize("kind", KINDS)
def test_wherever_the_connection_is_cut_nothing_is_lost_and_a_clean_fetch_converges(world: World, kind: str) -> None:
    with ScriptedServer(fresh(kind)) as server:
        octets = whole_dialogue(world, server)
        for octet in range(1, octets, 1 if IS_FULL else STEPS[kind]):
            cut_and_recover(world, server, kind, octet)


@shows("connection cut", "fault a: cut at every octet")
@given(kind=st.sampled_from(list(KINDS)), where=st.floats(0.0, 1.0))
@settings(
    max_examples=200 if IS_FULL else 4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_octet_will_do(world: World, kind: str, where: float) -> None:
    with ScriptedServer(fresh(kind)) as server:
        world.begin_again()
        octets = whole_dialogue(world, server)
        cut_and_recover(world, server, kind, max(1, int(where * octets)))


CUTS: dict[str, Behaviour] = {"before": hanging_up, "after": hanging_up_afterwards}


@shows("connection cut", "crash before delete")
@pytest.mark.parametrize("when", CUTS)
@pytest.mark.parametrize("command", [b"UID STORE", b"UID EXPUNGE", b"UID SEARCH", b"LOGOUT"], ids=bytes.decode)
def test_a_server_that_hangs_up_around_a_removal_keeps_nothing_unsettled(
    world: World, command: bytes, when: str
) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.behaviours = [on(command, once(CUTS[when]))]
        world.try_to_fetch(account)
        world.assert_nothing_lost(LETTERS, script)
        world.fetch(account)
        assert script.messages == {}
        world.assert_each_once(LETTERS)
        assert world.states(account) == {"gone": 3}


@shows("connection cut")
@pytest.mark.parametrize("kind", KINDS)
def test_a_drop_in_the_middle_of_a_message_is_not_its_end(world: World, kind: str) -> None:
    """Cut inside the last message, where every octet so far looks like a shorter message."""
    with ScriptedServer(fresh(kind)) as server:
        world.fetch(world.account(server))
        world.begin_again()
        account = world.account(server)
        server.cut_after = server.sent - 300
        told = world.fail(account)
        assert "lost" in told
        assert all(content in LETTERS for content in world.archived())
        server.cut_after = None
        world.fetch(account)
        world.assert_each_once(LETTERS)
