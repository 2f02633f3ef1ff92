"""A message too large for memory goes to a file as it comes, with the same proof as any other."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mail.transport.test_fetch_from_real_servers import NASTY
from tests.servers.dovecot import DovecotMailbox
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import FetchAnswer, ImapScript, honest
from tests.servers.scripted_pop import PopScript, stuffed
from wiki.blobs.local import LocalBlobStore
from wiki.blobs.store import Spooled
from wiki.mail.message import LargeMessage
from wiki.mail.transport.connect import open_imap, open_pop, open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.errors import ConnectionLost, ServerMisbehaved, TransportError
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FetchProblem, Limits, Trouble

FEW = Limits(batch_octets=10, message_octets=200_000, answer_octets=4096)
"""Limits that make nearly every message a large one."""
CONTENT = b"Subject: large\r\n\r\n" + b".a line that begins with a full stop\r\n..\r\nand ends without one" * 30


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    """A blob store to receive into."""
    return LocalBlobStore(tmp_path / "blobs")


def waiting(store: LocalBlobStore, tmp_path: Path) -> list[Path]:
    """The files that lie half-written beside the blobs."""
    return [path for path in (tmp_path / "blobs" / "incoming").rglob("*") if path.is_file()]


def fetch_one(
    endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines, store: LocalBlobStore, limits: Limits = FEW
) -> Fetched:
    if not endpoint.protocol.is_imap:
        with open_pop(endpoint, policy, deadlines, limits, store.spool) as session:
            return session.retrieve(session.listing()[0].number)
    with open_imap(endpoint, policy, deadlines, limits, store.spool) as session:
        session.select("INBOX")
        (fetched,) = session.fetch(session.uids())
        return fetched


def kept(fetched: Fetched, store: LocalBlobStore) -> bytes:
    """The content of a message that came by a file."""
    assert isinstance(fetched, FetchedMessage), fetched
    assert isinstance(fetched.content, Spooled)
    assert fetched.received == LargeMessage(
        fetched.content.path, fetched.size, fetched.content.sha256, fetched.internal_date
    )
    return store.read(store.adopt(fetched.content))


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_sixty_megabytes_take_no_memory(dovecot: DovecotMailbox, tmp_path: Path, protocol: Protocol) -> None:
    head = b"Subject: large\r\n\r\n"
    line = b".begins with a full stop, as does every one of these lines, to be guarded on the way\r\n"
    content = head + line * (60 * 1024 * 1024 // len(line))
    dovecot.deliver(content)
    size, digest = len(content), hashlib.sha256(content).hexdigest()
    del content
    endpoint = dovecot.endpoint(protocol)
    arguments = [str(endpoint.port), endpoint.username, dovecot.password, str(dovecot.policy.cafile)]
    script = Path(__file__).with_name("fetch_large.py")
    told = subprocess.run(
        [sys.executable, "-m", "tests.mail.transport.fetch_large", protocol.value, *arguments, str(tmp_path / "blobs")],
        capture_output=True,
        check=True,
        text=True,
        cwd=script.parents[3],
    ).stdout.split()
    assert told[:2] == [str(size), digest]
    assert float(told[2]) < 25
    assert LocalBlobStore(tmp_path / "blobs").verify(digest)


@pytest.mark.dovecot
@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_every_octet_comes_by_a_file_too(
    dovecot: DovecotMailbox,
    patient: Deadlines,
    store: LocalBlobStore,
    tmp_path: Path,
    protocol: Protocol,
    content: bytes,
) -> None:
    dovecot.deliver(content)
    fetched = fetch_one(dovecot.endpoint(protocol), dovecot.policy, patient, store)
    assert kept(fetched, store) == content
    assert waiting(store, tmp_path) == []


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_what_is_beyond_the_limit_is_reported_with_its_size_and_never_asked_for(
    dovecot: DovecotMailbox, patient: Deadlines, store: LocalBlobStore, tmp_path: Path, protocol: Protocol
) -> None:
    content = b"Subject: beyond\r\n\r\n" + b"x" * 70 + b"\r\n"
    dovecot.deliver(content)
    problem = fetch_one(dovecot.endpoint(protocol), dovecot.policy, patient, store, Limits(message_octets=80))
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.TOO_LARGE
    assert problem.content is None
    assert problem.size == len(content)
    assert waiting(store, tmp_path) == []


def short(uid: int, content: bytes) -> bytes:
    return b"* 1 FETCH (UID %d RFC822.SIZE %d BODY[] {20}\r\n%b)\r\n" % (uid, len(content), content[:20])


def twice(uid: int, content: bytes) -> bytes:
    return honest(uid, content) * 2


def two_literals(uid: int, content: bytes) -> bytes:
    return honest(uid, content)[:-3] + b" BODY[TEXT] {20}\r\n%b)\r\n" % content[:20]


def of_another(_uid: int, content: bytes) -> bytes:
    return honest(77, content)


@pytest.mark.parametrize(
    ("lie", "trouble", "has_content"),
    [
        (short, Trouble.WRONG_SIZE, True),
        (twice, Trouble.MALFORMED, True),
        (two_literals, Trouble.MALFORMED, True),
        (of_another, Trouble.MALFORMED, True),
        (lambda _uid, _content: b"", Trouble.NO_CONTENT, False),
    ],
    ids=["a short literal", "twice", "two literals", "of another", "nothing"],
)
def test_a_lie_about_a_large_message_is_found_and_leaves_one_file_for_the_quarantine_at_most(
    lie: FetchAnswer,
    trouble: Trouble,
    has_content: bool,
    patient: Deadlines,
    store: LocalBlobStore,
    tmp_path: Path,
) -> None:
    script = ImapScript({4: CONTENT}, answer=lie)
    with ScriptedServer(script) as server:
        problem = fetch_one(server.endpoint(Protocol.IMAP), server.policy(), patient, store)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is trouble
    assert isinstance(problem.content, Spooled) == has_content
    assert waiting(store, tmp_path) == ([problem.content.path] if isinstance(problem.content, Spooled) else [])


def test_a_size_that_is_told_nowhere_is_no_reason_to_hold_a_message_in_memory(
    patient: Deadlines, store: LocalBlobStore
) -> None:
    def dumb(uid: int, content: bytes) -> bytes:
        return honest(uid, content).replace(b"RFC822.SIZE %d " % len(content), b"")

    script = ImapScript({4: CONTENT}, answer=dumb, size_answer=lambda _uid, _content: b"")
    with ScriptedServer(script) as server:
        problem = fetch_one(server.endpoint(Protocol.IMAP), server.policy(), patient, store)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.WRONG_SIZE
    assert isinstance(problem.content, Spooled)
    assert b"".join(problem.content.chunks()) == CONTENT


def test_a_literal_beyond_what_was_asked_for_is_refused_before_it_is_written(
    patient: Deadlines, store: LocalBlobStore, tmp_path: Path
) -> None:
    def boasting(uid: int, content: bytes) -> bytes:
        return b"* 1 FETCH (UID %d RFC822.SIZE %d BODY[] {99999999999}\r\n" % (uid, len(content))

    with ScriptedServer(ImapScript({4: CONTENT}, answer=boasting)) as server, pytest.raises(ServerMisbehaved):
        fetch_one(server.endpoint(Protocol.IMAP), server.policy(), patient, store)
    assert waiting(store, tmp_path) == []


def test_a_flood_of_lines_is_not_let_in_because_a_large_message_was_asked_for(
    patient: Deadlines, store: LocalBlobStore
) -> None:
    def flood(talk: Talk, tag: bytes, arguments: bytes) -> None:
        if b"BODY" not in arguments:
            talk.send(b"* 1 FETCH (UID 4 RFC822.SIZE 150000)\r\n" + tag + b" OK done\r\n")
            return
        for _ in range(1000):
            talk.send(b"* 1 FETCH (FLAGS (%b))\r\n" % (b"x" * 100))

    script = ImapScript({4: CONTENT}, replies={b"UID FETCH": flood})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved, match="more than it was asked for"):
        fetch_one(server.endpoint(Protocol.IMAP), server.policy(), patient, store)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_wherever_the_connection_is_cut_no_half_file_stays(
    protocol: Protocol, store: LocalBlobStore, tmp_path: Path
) -> None:
    deadlines = Deadlines(connect=5, read=5, total=20)
    script: Callable[[Talk], None] = ImapScript({4: CONTENT}) if protocol is Protocol.IMAP else PopScript({1: CONTENT})
    outcomes = set()
    with ScriptedServer(script) as server:
        for octet in range(300, 300 + 2 * len(CONTENT), 61):
            server.cut_after = octet
            try:
                fetched = fetch_one(server.endpoint(protocol), server.policy(), deadlines, store)
            except TransportError as error:
                assert isinstance(error, ConnectionLost)
                outcomes.add("cut")
            else:
                assert kept(fetched, store) == CONTENT
                outcomes.add("whole")
            assert waiting(store, tmp_path) == []
    assert outcomes == {"cut", "whole"}


@pytest.mark.parametrize("more", [-1, 1])
def test_a_maildrop_that_counts_wrongly_is_asked_twice_and_leaves_one_file(
    more: int, patient: Deadlines, store: LocalBlobStore, tmp_path: Path
) -> None:
    content = CONTENT + b"\r\nthe end\r\n"
    with ScriptedServer(PopScript({1: content}, sizes={1: len(content) + more})) as server:
        problem = fetch_one(server.endpoint(Protocol.POP), server.policy(), patient, store)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.WRONG_SIZE
    assert isinstance(problem.content, Spooled)
    assert problem.content.sha256 == hashlib.sha256(content).hexdigest()
    assert waiting(store, tmp_path) == [problem.content.path]
    assert server.heard.count(b"RETR 1") == 2


def test_a_full_stop_that_was_not_guarded_ends_the_session_not_the_message(
    patient: Deadlines, store: LocalBlobStore, tmp_path: Path
) -> None:
    script = PopScript({1: CONTENT}, text=lambda content: stuffed(content).replace(b"\r\n...\r\n", b"\r\n.\r\n"))
    with ScriptedServer(script) as server:
        problem = fetch_one(server.endpoint(Protocol.POP), server.policy(), patient, store)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.OUT_OF_STEP
    assert isinstance(problem.content, Spooled)
    assert waiting(store, tmp_path) == [problem.content.path]


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_small_messages_stay_in_memory(protocol: Protocol, patient: Deadlines, store: LocalBlobStore) -> None:
    script = ImapScript({4: CONTENT}) if protocol is Protocol.IMAP else PopScript({4: CONTENT})
    with (
        ScriptedServer(script) as server,
        open_transport(server.endpoint(protocol), server.policy(), patient, Limits(), store.spool) as session,
    ):
        assert session.message_count() == 1
        fetched = fetch_one(server.endpoint(protocol), server.policy(), patient, store, Limits())
    assert isinstance(fetched, FetchedMessage)
    assert fetched.content == CONTENT


def test_a_full_disk_is_our_own_failure_and_leaves_nothing(
    patient: Deadlines, store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_spool: object, _octets: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wiki.blobs.incoming.SpoolFile.write", full)
    for protocol, script in ((Protocol.IMAP, ImapScript({4: CONTENT})), (Protocol.POP, PopScript({1: CONTENT}))):
        with ScriptedServer(script) as server, pytest.raises(OSError, match="No space"):
            fetch_one(server.endpoint(protocol), server.policy(), patient, store)
    assert waiting(store, tmp_path) == []
