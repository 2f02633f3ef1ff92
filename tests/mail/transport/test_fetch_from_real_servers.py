"""Alice's mail comes off Dovecot and pymap octet for octet, several messages a command."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from wiki.clock import now
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.protocol import FetchedMessage, FetchProblem, Limits, Trouble

RealMailbox = DovecotMailbox | PymapMailbox

NASTY = {
    "ordinary": b"From: bob@example.org\r\nSubject: Hello\r\n\r\nHow are you?\r\n",
    "eight-bit": b"Subject: \xe4\xf6\xfc \xff\xfe\r\n\r\n\x80\x81 \xc3\x28\r\n",
    "dots": b"Subject: dots\r\n\r\n.\r\n..\r\n...x\r\n.y\r\n\r\n.\r\n",
    "no end": b"Subject: no end\r\n\r\nthe last line has no end",
    "looks like IMAP": b"Subject: x\r\n\r\n)\r\nA001 OK FETCH completed\r\n* BYE\r\n{5}\r\n",
    "long line": b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\r\n",
    "carriage returns": b"Subject: cr\r\n\r\na\rb\rc\r\n",
    "no header": b"\r\nno header at all\r\n",
}


@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.IMAPS])
def test_dovecot_gives_every_octet(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol, content: bytes
) -> None:
    dovecot.deliver(content)
    with open_imap(dovecot.endpoint(protocol), dovecot.policy, patient) as session:
        session.select("INBOX")
        (fetched,) = session.fetch(session.uids())
    assert isinstance(fetched, FetchedMessage)
    assert fetched.content == content
    assert fetched.size == len(content)


def test_pymap_gives_every_octet_even_bare_line_feeds_and_nul(pymap_server: PymapMailbox, patient: Deadlines) -> None:
    contents = [*NASTY.values(), b"Subject: bare\n\nline\nfeeds\n.\n", b"Subject: nul\r\n\r\na\0b\0\r\n"]
    for content in contents:
        pymap_server.deliver(content)
    with open_imap(pymap_server.endpoint(), pymap_server.policy, patient) as session:
        session.select("INBOX")
        fetched = list(session.fetch(session.uids()))
    assert [message.content for message in fetched] == contents


def test_a_folder_is_read_in_the_order_of_its_uids_with_their_dates(
    imap_mailbox: RealMailbox, patient: Deadlines
) -> None:
    contents = [b"Subject: %d\r\n\r\nNumber %d\r\n" % (number, number) for number in range(25)]
    for content in contents:
        imap_mailbox.deliver(content)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        status = session.select("INBOX")
        uids = session.uids()
        fetched = list(session.fetch(uids))
    assert status.count == len(uids) == 25
    assert status.uidvalidity
    assert status.uidnext == uids[-1] + 1
    assert [message.uid for message in fetched] == uids == sorted(uids)
    assert [message.content for message in fetched] == contents
    for message in fetched:
        assert isinstance(message, FetchedMessage)
        assert message.internal_date is not None
        assert abs(message.internal_date - now()) < timedelta(minutes=5)


def test_only_what_is_above_the_marker_is_listed(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    for number in range(5):
        imap_mailbox.deliver(b"Subject: %d\r\n\r\n\r\n" % number)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX")
        everything = session.uids()
        assert session.uids(above=everything[2]) == everything[3:]
        assert session.uids(above=everything[-1]) == []


def test_an_empty_folder_has_nothing_to_list(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        assert session.select("INBOX").count == 0
        assert session.uids() == []
        assert list(session.fetch([])) == []


def test_fetching_leaves_no_trace_on_the_server(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    imap_mailbox.deliver(b"Subject: unread\r\n\r\nstays unread\r\n")
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX", writable=True)
        assert len(list(session.fetch(session.uids()))) == 1
    with imap_mailbox.other_client() as client:
        assert all(b"\\Seen" not in flags for flags in client.flags())
    assert len(imap_mailbox.messages()) == 1


def test_a_message_that_another_client_removes_meanwhile_is_reported_gone_and_the_rest_comes(
    imap_mailbox: RealMailbox, patient: Deadlines
) -> None:
    for number in range(4):
        imap_mailbox.deliver(b"Subject: %d\r\n\r\n\r\n" % number)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX")
        uids = session.uids()
        with imap_mailbox.other_client() as client:
            client.expunge_now(str(uids[1]))
        fetched = list(session.fetch(uids))
    troubles = [found.trouble if isinstance(found, FetchProblem) else None for found in fetched]
    assert [found.uid for found in fetched] == uids
    assert troubles == [None, Trouble.GONE, None, None]


def test_a_message_beyond_the_limit_is_reported_and_not_fetched(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    imap_mailbox.deliver(b"Subject: small\r\n\r\n\r\n")
    imap_mailbox.deliver(b"Subject: big\r\n\r\n" + b"x" * 5000 + b"\r\n")
    imap_mailbox.deliver(b"Subject: small too\r\n\r\n\r\n")
    limits = Limits(message_octets=4000, batch_octets=1000)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient, limits) as session:
        session.select("INBOX")
        first, big, last = session.fetch(session.uids())
    assert isinstance(first, FetchedMessage)
    assert isinstance(last, FetchedMessage)
    assert isinstance(big, FetchProblem)
    assert big.trouble is Trouble.TOO_LARGE
    assert big.content is None


def test_the_reader_may_stop_half_way_and_go_on_with_something_else(
    imap_mailbox: RealMailbox, patient: Deadlines
) -> None:
    for number in range(6):
        imap_mailbox.deliver(b"Subject: %d\r\n\r\n\r\n" % number)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX")
        uids = session.uids()
        for found in session.fetch(uids):
            if found.uid == uids[2]:
                break
        assert session.still_present(uids) == set(uids)
        assert [found.uid for found in session.fetch(uids[3:])] == uids[3:]
