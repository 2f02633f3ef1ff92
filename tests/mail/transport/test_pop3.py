"""Alice's mail comes off Dovecot by POP3 octet for octet, and leaves it only when QUIT has said so."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import DovecotMailbox
from wiki.mail.transport.connect import open_pop
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.protocol import FetchedMessage, FetchProblem, Limits, Trouble

pytestmark = pytest.mark.dovecot

NASTY = {
    "ordinary": b"From: bob@example.org\r\nSubject: Hello\r\n\r\nHow are you?\r\n",
    "eight-bit": b"Subject: \xe4\xf6\xfc \xff\xfe\r\n\r\n\x80\x81 \xc3\x28\r\n",
    "dots": b"Subject: dots\r\n\r\n.\r\n..\r\n...x\r\n.y\r\n\r\n.\r\n",
    "begins with a dot": b".Subject: dot\r\n\r\n\r\n",
    "no end": b"Subject: no end\r\n\r\nthe last line has no end",
    "empty lines at the end": b"Subject: empty\r\n\r\n\r\n\r\n\r\n",
    "long line": b"Subject: long\r\n\r\n" + b"x" * 3_000_000 + b"\r\n",
    "carriage returns": b"Subject: cr\r\n\r\na\rb\rc\r\n",
    "looks like POP3": b"Subject: x\r\n\r\n+OK\r\n-ERR\r\n",
}


@pytest.mark.parametrize("protocol", [Protocol.POP, Protocol.POPS])
def test_dovecot_gives_every_octet(dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol) -> None:
    for content in NASTY.values():
        dovecot.deliver(content)
    with open_pop(dovecot.endpoint(protocol), dovecot.policy, patient) as session:
        entries = session.listing()
        fetched = [session.retrieve(entry.number) for entry in entries]
    assert [message.content for message in fetched] == list(NASTY.values())
    assert [entry.size for entry in entries] == [len(content) for content in NASTY.values()]
    assert all(isinstance(message, FetchedMessage) for message in fetched)


def test_every_message_has_an_id_of_its_own_that_lasts(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    for content in list(NASTY.values())[:4]:
        dovecot.deliver(content)
    listings = []
    for _ in range(2):
        with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient) as session:
            listings.append(session.listing())
    assert listings[0] == listings[1]
    assert len({entry.uidl for entry in listings[0]}) == 4
    assert all(entry.is_unique for entry in listings[0])


def test_an_empty_maildrop_lists_nothing(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient) as session:
        assert session.message_count() == 0
        assert session.listing() == []


def test_marked_messages_go_when_the_session_is_quit(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    contents = list(NASTY.values())[:4]
    for content in contents:
        dovecot.deliver(content)
    with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient) as session:
        session.listing()
        session.mark_deleted(1)
        session.mark_deleted(3)
        assert dovecot.messages() == contents
        session.quit()
    assert dovecot.messages() == [contents[1], contents[3]]


@pytest.mark.parametrize("way_out", ["leave", "abandon", "close", "crash"])
def test_nothing_goes_when_the_session_ends_in_any_other_way(
    dovecot: DovecotMailbox, patient: Deadlines, way_out: str
) -> None:
    dovecot.deliver(NASTY["ordinary"])
    session = open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient)
    session.listing()
    session.mark_deleted(1)
    match way_out:
        case "leave":
            with session:
                pass
        case "crash":
            with pytest.raises(KeyboardInterrupt), session:
                raise KeyboardInterrupt
        case _:
            getattr(session, way_out)()
    with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient) as again:
        assert again.message_count() == 1
    assert dovecot.messages() == [NASTY["ordinary"]]


def test_retrieving_again_in_a_later_session_is_possible(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    dovecot.deliver(NASTY["dots"])
    for _ in range(2):
        with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient) as session:
            session.listing()
            assert session.retrieve(1).content == NASTY["dots"]
            session.quit()


def test_a_message_beyond_the_limit_is_reported_and_not_fetched(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    dovecot.deliver(NASTY["long line"])
    dovecot.deliver(NASTY["ordinary"])
    with open_pop(dovecot.endpoint(Protocol.POP), dovecot.policy, patient, Limits(message_octets=2000)) as session:
        session.listing()
        big, small = session.retrieve(1), session.retrieve(2)
    assert isinstance(big, FetchProblem)
    assert big.trouble is Trouble.TOO_LARGE
    assert small.content == NASTY["ordinary"]
