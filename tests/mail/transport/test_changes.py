"""A server that keeps mod-sequences (RFC 7162) tells in one answer that nothing has changed in a folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.servers.dovecot import DovecotMailbox
from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.protocol import FolderStatus


def flag(mailbox: DovecotMailbox) -> None:
    with mailbox.other_client() as client:
        client.flag_deleted("1")


def remove(mailbox: DovecotMailbox) -> None:
    with mailbox.other_client() as client:
        client.expunge_now("1")


def deliver(mailbox: DovecotMailbox) -> None:
    mailbox.deliver(b"Subject: new\r\n\r\n\r\n")


def status(mailbox: DovecotMailbox, deadlines: Deadlines) -> FolderStatus:
    with open_imap(mailbox.endpoint(Protocol.IMAP), mailbox.policy, deadlines) as session:
        return session.select("INBOX")


@pytest.mark.dovecot
@pytest.mark.parametrize("change", [flag, remove, deliver])
def test_any_change_in_a_folder_shows_and_no_change_shows_too(
    dovecot: DovecotMailbox, patient: Deadlines, change: Callable[[DovecotMailbox], None]
) -> None:
    for number in range(3):
        dovecot.deliver(b"Subject: %d\r\n\r\n\r\n" % number)
    earlier = status(dovecot, patient)
    assert earlier.highest_modseq
    assert status(dovecot, patient) == earlier
    change(dovecot)
    assert status(dovecot, patient) != earlier


@pytest.mark.parametrize(
    ("code", "modseq"),
    [
        (b"* OK [HIGHESTMODSEQ 1706092971947030001] highest\r\n", 1706092971947030001),
        (b"* OK [NOMODSEQ] none are kept\r\n", None),
        (b"* OK [HIGHESTMODSEQ 0]\r\n", None),
        (b"* OK [HIGHESTMODSEQ -1] as Zoho counts\r\n", None),
        (b"", None),
    ],
    ids=["kept", "not kept", "zero", "negative", "nothing said"],
)
def test_a_mod_sequence_is_taken_only_where_one_is_kept(code: bytes, modseq: int | None, patient: Deadlines) -> None:
    script = ImapScript({1: b"x"}, selected=b"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 30] ok\r\n" + code)
    with ScriptedServer(script) as server, server.imap(patient) as session:
        assert session.select("INBOX").highest_modseq == modseq
