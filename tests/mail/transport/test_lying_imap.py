"""A server that lies about a message does not get it archived: everything it says is checked, message by message."""

from __future__ import annotations

import pytest

from tests.servers.lies import LIES, short
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import FetchAnswer, ImapScript, honest
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.errors import ConnectionLost, ServerMisbehaved, TransportError
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FetchProblem, Trouble

MESSAGES = {uid: b"Subject: number %d\r\n\r\nbody of number %d\r\n" % (uid, uid) for uid in (3, 4, 5, 9)}


def fetched_from(script: ImapScript, deadlines: Deadlines, heard: list[bytes] | None = None) -> dict[int, Fetched]:
    with ScriptedServer(script) as server, server.imap(deadlines) as session:
        session.select("INBOX")
        found = {fetched.uid: fetched for fetched in session.fetch(session.uids())}
    if heard is not None:
        heard.extend(server.heard)
    return found


def about(liar: int, lie: FetchAnswer) -> FetchAnswer:
    """Tell the lie about one UID and the truth about the others."""
    return lambda uid, content: lie(uid, content) if uid == liar else honest(uid, content)


@pytest.mark.parametrize(("lie", "trouble"), LIES.values(), ids=LIES)
def test_a_lie_about_one_message_is_found_and_the_others_come_through(
    lie: FetchAnswer, trouble: Trouble, patient: Deadlines
) -> None:
    heard: list[bytes] = []
    found = fetched_from(ImapScript(dict(MESSAGES), answer=about(4, lie)), patient, heard)
    assert list(found) == [3, 4, 5, 9]
    problem = found.pop(4)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is trouble
    assert problem.reason.endswith(".")
    assert {uid: message.content for uid, message in found.items()} == {uid: MESSAGES[uid] for uid in (3, 5, 9)}
    assert all(isinstance(message, FetchedMessage) for message in found.values())
    # Once with the others, once more alone, and then no more.
    fetches = [line for line in heard if b"UID FETCH" in line and b"BODY.PEEK[]" in line]
    assert [line.split()[3] for line in fetches] == [b"3:5,9", b"4"]
    assert all(b"BODY[]" not in line for line in heard)


def test_a_lie_that_is_told_once_is_forgiven(patient: Deadlines) -> None:
    told = []

    def once(uid: int, content: bytes) -> bytes:
        told.append(uid)
        return short(uid, content) if told.count(uid) == 1 else honest(uid, content)

    found = fetched_from(ImapScript(dict(MESSAGES), answer=once), patient)
    assert {uid: message.content for uid, message in found.items()} == MESSAGES


def test_what_came_of_a_wrong_size_is_kept_for_the_quarantine(patient: Deadlines) -> None:
    found = fetched_from(ImapScript({4: MESSAGES[4]}, answer=short), patient)[4]
    assert isinstance(found, FetchProblem)
    assert found.content == b"Subject"
    assert found.reason == f"The server announced {len(MESSAGES[4])} octets and sent 7."


def test_two_answers_under_one_uid_are_believed_neither(patient: Deadlines) -> None:
    """The server answers for 4 with the UID of 5: which of the two is it."""
    swapped = about(4, lambda _uid, content: honest(5, content))
    found = fetched_from(ImapScript(dict(MESSAGES), answer=swapped), patient)
    assert isinstance(found[4], FetchProblem)
    assert found[5].content == MESSAGES[5]  # asked for alone, it is clear


def test_one_message_that_the_server_refuses_does_not_cost_the_others(patient: Deadlines) -> None:
    def refuse_4(talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids = [uid for uid in MESSAGES if b"3:5,9" in arguments or b"%d " % uid in arguments]
        for uid in uids:
            if uid == 4 and b"BODY" in arguments:
                talk.send(tag + b" NO [SERVERBUG] cannot read it\r\n")
                return
            talk.send(honest(uid, MESSAGES[uid]))
        talk.send(tag + b" OK done\r\n")

    found = fetched_from(ImapScript(dict(MESSAGES), replies={b"UID FETCH": refuse_4}), patient)
    problem = found.pop(4)
    assert isinstance(problem, FetchProblem)
    assert problem.trouble is Trouble.REFUSED
    assert {uid: message.content for uid, message in found.items()} == {uid: MESSAGES[uid] for uid in (3, 5, 9)}


def test_news_in_between_disturbs_nothing(patient: Deadlines) -> None:
    def with_news(uid: int, content: bytes) -> bytes:
        news = b"* 9 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen $Label1))\r\n* OK [ALERT] hello (\r\n"
        news += b"* 2 FETCH (UID %d MODSEQ (12))\r\n"
        head = b'* 1 FETCH (X-GM-LABELS ("\\\\Inbox" "a (b) \\"c\\"") MODSEQ (5) FLAGS (\\Seen) BODY[] {%d}\r\n'
        tail = b" UID %d RFC822.SIZE %d)\r\n" % (uid, len(content))
        return news % uid + head % len(content) + content + tail

    found = fetched_from(ImapScript(dict(MESSAGES), answer=with_news), patient)
    assert {uid: message.content for uid, message in found.items()} == MESSAGES


def test_a_size_in_the_listing_alone_is_enough_for_servers_that_leave_it_out(patient: Deadlines) -> None:
    def without_size(uid: int, content: bytes) -> bytes:
        return honest(uid, content).replace(b"RFC822.SIZE %d " % len(content), b"")

    found = fetched_from(ImapScript(dict(MESSAGES), answer=without_size), patient)
    assert {uid: message.content for uid, message in found.items()} == MESSAGES


def test_a_size_that_no_command_tells_is_a_wrong_size(patient: Deadlines) -> None:
    def without_size(uid: int, content: bytes) -> bytes:
        return honest(uid, content).replace(b"RFC822.SIZE %d " % len(content), b"")

    script = ImapScript({4: MESSAGES[4]}, answer=without_size, size_answer=lambda _uid, _content: b"")
    assert getattr(fetched_from(script, patient)[4], "trouble", None) is Trouble.WRONG_SIZE


@pytest.mark.parametrize("date", [b"99-Foo-2024 99:99:99 +0000", b"", b"01-Jan-0000 00:00:00 +9999", b'\\"'])
def test_an_absurd_date_does_not_cost_the_message(date: bytes, patient: Deadlines) -> None:
    def dated(uid: int, content: bytes) -> bytes:
        return honest(uid, content).replace(b"02-Feb-2024 10:11:12 +0100", date)

    found = fetched_from(ImapScript({4: MESSAGES[4]}, answer=dated), patient)[4]
    assert isinstance(found, FetchedMessage)
    assert found.internal_date is None


def test_internal_dates_are_told_in_utc(patient: Deadlines) -> None:
    found = fetched_from(ImapScript({4: MESSAGES[4]}), patient)[4]
    assert isinstance(found, FetchedMessage)
    assert found.internal_date is not None
    assert found.internal_date.isoformat() == "2024-02-02T09:11:12+00:00"


def octets_of_a_whole_session() -> int:
    sent = 0
    original = Talk.send

    def counting(talk: Talk, octets: bytes) -> None:
        nonlocal sent
        sent += len(octets)
        original(talk, octets)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Talk, "send", counting)
        fetched_from(ImapScript(dict(MESSAGES)), Deadlines())
    return sent


def test_wherever_the_connection_is_cut_nothing_but_whole_messages_comes_out() -> None:
    deadlines = Deadlines(connect=5, read=5, total=20)
    outcomes = set()
    with ScriptedServer(ImapScript(dict(MESSAGES))) as server:
        for octet in range(1, octets_of_a_whole_session(), 7):
            server.cut_after = octet
            whole: dict[int, bytes] = {}
            error: TransportError | None = None
            try:
                with server.imap(deadlines) as session:
                    session.select("INBOX")
                    for fetched in session.fetch([3, 4, 5, 9]):
                        assert isinstance(fetched, FetchedMessage)
                        whole[fetched.uid] = fetched.content
            except TransportError as lost:
                error = lost
            assert whole.items() <= MESSAGES.items()
            if error is None:
                assert whole == MESSAGES
            else:
                assert isinstance(error, ConnectionLost)
                assert error.uid is None or error.uid == min(set(MESSAGES) - set(whole))
            outcomes.add((len(whole), error is None))
    # Cuts before, between and after the messages, so the loop has seen something.
    assert outcomes >= {(0, False), (1, False), (2, False), (3, False)}


GARBAGE = [
    b"\x00\x01\x02\r\n",
    b"* \r\n",
    b"* 1 FETCH {99999999999999999999}\r\n",
    b"\r\n",
    b"* BAD\r\nA B C\r\n",
    b"+\r\n* NO x\n",
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_no_imap_and_ends_the_session(garbage: bytes, patient: Deadlines) -> None:
    script = ImapScript(dict(MESSAGES), replies={b"UID FETCH": lambda talk, _tag, _arguments: talk.send(garbage)})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved), server.imap(patient) as session:
        session.select("INBOX")
        list(session.fetch([3]))


def test_a_goodbye_in_the_middle_is_a_lost_connection(patient: Deadlines) -> None:
    script = ImapScript(
        dict(MESSAGES), replies={b"UID FETCH": lambda talk, _tag, _: talk.send(b"* BYE shutting down\r\n")}
    )
    with (
        ScriptedServer(script) as server,
        pytest.raises(ConnectionLost, match="ended the session"),
        server.imap(patient) as session,
    ):
        session.select("INBOX")
        list(session.fetch([3]))
