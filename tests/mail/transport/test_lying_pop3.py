"""A POP3 server that lies, loses its place or repeats its ids does not get anything archived or deleted."""

from __future__ import annotations

import pytest

from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_pop import PopScript
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.errors import CannotDelete, ConnectionLost, ServerMisbehaved, TransportError
from wiki.mail.transport.protocol import FetchedMessage, FetchProblem, PopEntry, Trouble

LETTER = b"Subject: letter\r\n\r\nbody\r\n"
OTHER = b"Subject: other\r\n\r\nanother body\r\n"
CAPABILITIES = {"one at a time": b"USER\r\nUIDL\r\n", "pipelining": b"USER\r\nPIPELINING\r\nUIDL\r\n"}


@pytest.fixture(params=list(CAPABILITIES.values()), ids=list(CAPABILITIES))
def capabilities(request: pytest.FixtureRequest) -> bytes:
    """Servers that take NOOP together with RETR, and servers that do not."""
    offered: bytes = request.param
    return offered


def test_ids_that_are_double_or_missing_are_said_to_be_so(patient: Deadlines) -> None:
    script = PopScript(dict.fromkeys(range(1, 6), LETTER), uidls={1: b"a", 2: b"b", 3: b"b", 4: b"", 9: b"stray"})
    size = len(LETTER)
    with ScriptedServer(script) as server, server.pop(patient) as session:
        assert session.listing() == [
            PopEntry(1, "a", size, is_unique=True),
            PopEntry(2, "b", size, is_unique=False),
            PopEntry(3, "b", size, is_unique=False),
            PopEntry(4, None, size, is_unique=False),
            PopEntry(5, None, size, is_unique=False),
        ]


@pytest.mark.parametrize("capabilities_answer", [None, b"USER\r\n"])
def test_a_server_without_ids_is_listed_all_the_same(capabilities_answer: bytes | None, patient: Deadlines) -> None:
    with (
        ScriptedServer(PopScript({1: LETTER}, capabilities=capabilities_answer)) as server,
        server.pop(patient) as session,
    ):
        assert session.listing() == [PopEntry(1, None, len(LETTER), is_unique=False)]
        assert session.retrieve(1).content == LETTER


@pytest.mark.parametrize("difference", [-1, 1, 100])
def test_a_wrong_size_is_asked_for_twice_and_then_reported(
    difference: int, capabilities: bytes, patient: Deadlines
) -> None:
    size = len(LETTER) + difference
    script = PopScript({1: LETTER, 2: OTHER}, sizes={1: size}, capabilities=capabilities)
    with ScriptedServer(script) as server, server.pop(patient) as session:
        session.listing()
        problem, other = session.retrieve(1), session.retrieve(2)
        session.quit()
    assert problem == FetchProblem(
        1, Trouble.WRONG_SIZE, f"The server announced {size} octets and sent {len(LETTER)}.", LETTER
    )
    assert isinstance(other, FetchedMessage)
    assert other.content == OTHER
    assert server.heard.count(b"RETR 1") == 2
    assert server.heard.count(b"RETR 2") == 1


def test_a_full_stop_that_nobody_guarded_is_found_out_and_ends_the_session(
    capabilities: bytes, patient: Deadlines
) -> None:
    content = b"Subject: x\r\n\r\nbefore\r\n.\r\nafter\r\n"
    script = PopScript({1: content, 2: OTHER}, text=lambda text: text + b".\r\n", capabilities=capabilities)
    with ScriptedServer(script) as server, server.pop(patient) as session:
        session.listing()
        problem = session.retrieve(1)
        for attempt in (lambda: session.retrieve(2), lambda: session.mark_deleted(2), session.quit):
            with pytest.raises(ServerMisbehaved) as refused:
                attempt()
            assert refused.value.uid is None
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.OUT_OF_STEP
    assert not any(line.startswith((b"DELE", b"QUIT")) for line in server.heard)


def test_an_answer_that_is_cut_short_and_ended_properly_is_of_a_wrong_size(patient: Deadlines) -> None:
    script = PopScript({1: LETTER}, text=lambda text: text[:10] + b"\r\n.\r\n")
    with ScriptedServer(script) as server, server.pop(patient) as session:
        session.listing()
        problem = session.retrieve(1)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.WRONG_SIZE
    assert problem.content == LETTER[:10] + b"\r\n"


def test_an_empty_answer_is_of_a_wrong_size(patient: Deadlines) -> None:
    with (
        ScriptedServer(PopScript({1: LETTER}, text=lambda _text: b".\r\n")) as server,
        server.pop(patient) as session,
    ):
        session.listing()
        problem = session.retrieve(1)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.WRONG_SIZE
    assert problem.content == b""


def test_one_message_that_the_server_refuses_does_not_cost_the_others(capabilities: bytes, patient: Deadlines) -> None:
    script = PopScript({1: LETTER, 2: OTHER}, capabilities=capabilities)
    honest = script._retr
    script.replies[b"RETR"] = lambda talk, number: (
        talk.send(b"-ERR [SYS/PERM] broken\r\n") if number == b"1" else honest(talk, number)
    )
    with ScriptedServer(script) as server, server.pop(patient) as session:
        session.listing()
        refused, other = session.retrieve(1), session.retrieve(2)
    assert isinstance(refused, FetchProblem)
    assert refused.trouble is Trouble.REFUSED
    assert other.content == OTHER


def test_deletions_are_committed_by_quit_alone(patient: Deadlines) -> None:
    script = PopScript({1: LETTER, 2: OTHER})
    with ScriptedServer(script) as server:
        with server.pop(patient) as session:
            session.listing()
            session.mark_deleted(1)
        assert server.heard[-2:] == [b"DELE 1", b"RSET"]
        assert script.committed == set()
        with server.pop(patient) as session:
            session.listing()
            session.mark_deleted(2)
            session.quit()
    assert script.committed == {2}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(b"-ERR some messages not deleted\r\n", ServerMisbehaved), (b"", ConnectionLost), (b"bye\r\n", ServerMisbehaved)],
)
def test_a_quit_that_is_not_confirmed_raises(answer: bytes, expected: type[TransportError], patient: Deadlines) -> None:
    def answer_and_go(talk: Talk, _arguments: bytes) -> None:
        talk.send(answer)
        talk.close()

    with (
        ScriptedServer(PopScript({1: LETTER}, replies={b"QUIT": answer_and_go})) as server,
        server.pop(patient) as session,
    ):
        session.listing()
        session.mark_deleted(1)
        with pytest.raises(expected):
            session.quit()


def test_a_refused_deletion_is_said_and_the_session_goes_on(patient: Deadlines) -> None:
    script = PopScript({1: LETTER}, replies={b"DELE": lambda talk, _: talk.send(b"-ERR no\r\n")})
    with ScriptedServer(script) as server, server.pop(patient) as session:
        session.listing()
        with pytest.raises(CannotDelete):
            session.mark_deleted(1)
        assert session.retrieve(1).content == LETTER


@pytest.mark.parametrize(
    "listing", [b"+OK\r\n1\r\n.\r\n", b"+OK\r\none two\r\n.\r\n", b"+OK\r\n1 -5\r\n.\r\n", b"what?\r\n"]
)
def test_a_listing_that_makes_no_sense_is_said_to_make_none(listing: bytes, patient: Deadlines) -> None:
    script = PopScript({1: LETTER}, replies={b"LIST": lambda talk, _: talk.send(listing)})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved), server.pop(patient) as session:
        session.listing()


def octets_of_a_whole_session(script: PopScript) -> int:
    sent = 0
    original = Talk.send

    def counting(talk: Talk, octets: bytes) -> None:
        nonlocal sent
        sent += len(octets)
        original(talk, octets)

    with pytest.MonkeyPatch.context() as patch, ScriptedServer(script) as server:
        patch.setattr(Talk, "send", counting)
        with server.pop(Deadlines()) as session:
            for entry in session.listing():
                session.retrieve(entry.number)
            session.quit()
    return sent


def test_wherever_the_connection_is_cut_nothing_but_whole_messages_comes_out(capabilities: bytes) -> None:
    messages = {1: LETTER, 2: OTHER, 3: b"Subject: dots\r\n\r\n.\r\n..\r\n"}
    script = PopScript(messages, capabilities=capabilities)
    octets = octets_of_a_whole_session(script)
    outcomes = set()
    with ScriptedServer(script) as server:
        for octet in range(1, octets):
            server.cut_after = octet
            whole: dict[int, bytes | None] = {}
            try:
                with server.pop(Deadlines(5, 5, 20)) as session:
                    for entry in session.listing():
                        fetched = session.retrieve(entry.number)
                        assert isinstance(fetched, FetchedMessage)
                        whole[entry.number] = fetched.content
                    session.quit()
            except ConnectionLost as lost:
                assert lost.uid is None or lost.uid == len(whole) + 1
            assert whole.items() <= messages.items()
            outcomes.add(len(whole))
    assert outcomes == {0, 1, 2, 3}
