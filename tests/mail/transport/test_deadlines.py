"""However slowly or endlessly a server talks, it is over in time and in memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.certificates import Authority
from tests.servers.scripted import Cut, Script, ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.mail.transport.connect import open_imap, open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import ServerMisbehaved, TookTooLong
from wiki.mail.transport.protocol import Fetched, Limits

MARGIN = 1.5  # other programs want the machine too


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds + MARGIN


@pytest.mark.parametrize("protocol", Protocol)
def test_a_server_that_says_nothing_is_given_up(protocol: Protocol, impatient: Deadlines) -> None:
    with ScriptedServer(Talk.stay_silent) as server, within(impatient.connect), pytest.raises(TookTooLong):
        open_transport(server.endpoint(protocol), server.policy(), impatient)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_greeting_that_drips_never_meets_its_read_timeout_but_the_end_of_the_whole(
    protocol: Protocol, impatient: Deadlines
) -> None:
    def drip(talk: Talk) -> None:
        talk.drip(b"* OK " + b"x" * 1000, 0.1)

    with ScriptedServer(drip) as server, within(impatient.total), pytest.raises(TookTooLong):
        open_transport(server.endpoint(protocol), server.policy(), impatient)


def test_an_encrypted_server_that_drips_is_given_up(authority: Authority, impatient: Deadlines) -> None:
    def drip(talk: Talk) -> None:
        talk.drip(b"* OK " + b"x" * 1000, 0.1)

    context = authority.certificate().context()
    with ScriptedServer(drip, tls=context) as server, within(impatient.total), pytest.raises(TookTooLong):
        open_imap(server.endpoint(Protocol.IMAPS), server.policy(cafile=authority.cafile), impatient)


def test_an_encryption_that_drips_is_given_up(impatient: Deadlines) -> None:
    def drip_something_like_tls(talk: Talk) -> None:
        talk.drip(b"\x16\x03\x03\x40\x00\x02" + bytes(1000), 0.1)

    with ScriptedServer(drip_something_like_tls) as server, within(impatient.connect), pytest.raises(TookTooLong):
        open_imap(server.endpoint(Protocol.IMAPS), server.policy(), impatient)


def test_a_message_that_drips_ends_the_session_and_is_named(impatient: Deadlines) -> None:
    def drip_the_second(talk: Talk, tag: bytes, arguments: bytes) -> None:
        if b"BODY" not in arguments:
            talk.send(
                b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n* 2 FETCH (UID 2 RFC822.SIZE 500)\r\n" + tag + b" OK done\r\n"
            )
        else:
            talk.send(b"* 1 FETCH (UID 1 RFC822.SIZE 3 BODY[] {3}\r\nabc)\r\n")
            talk.send(b"* 2 FETCH (UID 2 RFC822.SIZE 500 BODY[] {500}\r\n")
            talk.drip(b"x" * 500, 0.1)

    script = ImapScript({1: b"abc", 2: b"x" * 500}, replies={b"UID FETCH": drip_the_second})
    fetched: list[Fetched] = []
    with (
        ScriptedServer(script) as server,
        within(impatient.total),
        pytest.raises(TookTooLong) as slow,
        server.imap(impatient) as session,
    ):
        session.select("INBOX")
        fetched.extend(session.fetch([1, 2]))
    assert slow.value.uid == 2
    assert slow.value.sentence == "The mail server took too long to answer."
    assert [message.uid for message in fetched] == [1]


def test_what_came_whole_before_the_server_fell_silent_is_handed_over(impatient: Deadlines) -> None:
    def answer_one_of_two(talk: Talk, tag: bytes, arguments: bytes) -> None:
        if b"BODY" in arguments:
            talk.send(b"* 1 FETCH (UID 1 RFC822.SIZE 3 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 2 BODY[] {9}\r\nde")
            talk.stay_silent()
        talk.send(tag + b" OK done\r\n")

    script = ImapScript({1: b"abc", 2: b"defghijkl"}, replies={b"UID FETCH": answer_one_of_two})
    with (
        ScriptedServer(script) as server,
        server.imap(impatient) as session,
    ):
        session.select("INBOX")
        coming = session.fetch([1, 2])
        assert next(coming).content == b"abc"
        with pytest.raises(TookTooLong) as silent:
            next(coming)
    assert silent.value.uid == 2


def test_a_pop_message_that_drips_ends_the_session_and_is_named(impatient: Deadlines) -> None:
    def drip(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK\r\n")
        talk.drip(b"x" * 500, 0.1)

    script = PopScript({1: b"x" * 500}, replies={b"RETR": drip})
    with (
        ScriptedServer(script) as server,
        within(impatient.total),
        pytest.raises(TookTooLong) as slow,
        server.pop(impatient) as session,
    ):
        session.listing()
        session.retrieve(1)
    assert slow.value.uid == 1


def endless(octets: bytes) -> Script:
    def flood(talk: Talk) -> None:
        talk.send(b"* OK ready\r\n")
        while True:
            talk.send(octets)

    return flood


FLOODS = {
    "untagged lines": b"* 1 EXPUNGE\r\n" * 5000,
    "untagged OK": b"* OK still here\r\n" * 5000,
    "one endless line": b"x" * 65536,
    "a literal of four billion": b"* LIST () NIL {4000000000}\r\n" + b"x" * 65536,
}


@pytest.mark.parametrize("octets", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_stopped_by_its_size_long_before_the_deadline(octets: bytes) -> None:
    deadlines = Deadlines(connect=5, read=5, total=30)
    limits = Limits(answer_octets=256 * 1024)
    with ScriptedServer(endless(octets)) as server, within(3):
        tracemalloc.start()
        try:
            with pytest.raises(ServerMisbehaved):
                server.imap(deadlines, limits)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert most < 16 * 1024 * 1024


def test_a_pop_flood_is_stopped_by_its_size() -> None:
    def flood(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK\r\n")
        while True:
            talk.send(b"x" * 65536)

    script = PopScript({1: b"abc"}, replies={b"RETR": flood})
    limits = Limits(batch_octets=1024 * 1024, answer_octets=1024 * 1024)
    deadlines = Deadlines(connect=5, read=5, total=30)
    with (
        ScriptedServer(script) as server,
        within(3),
        pytest.raises(ServerMisbehaved),
        server.pop(deadlines, limits) as session,
    ):
        session.listing()
        session.retrieve(1)


def test_a_server_that_reads_nothing_does_not_hold_us_at_the_end(impatient: Deadlines) -> None:
    def silent_logout(talk: Talk, _tag: bytes, _arguments: bytes) -> None:
        talk.stay_silent()
        raise Cut

    script = ImapScript(replies={b"LOGOUT": silent_logout})
    with ScriptedServer(script) as server, within(impatient.total), server.imap(impatient) as session:
        session.select("INBOX")


def test_the_time_that_is_left_is_told(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript()) as server, server.imap(patient) as session:
        assert patient.total - 10 < session.time_left <= patient.total
