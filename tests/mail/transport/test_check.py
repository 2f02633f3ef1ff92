"""Test Connection tells Alice in one sentence, in her time, and tells nobody else anything."""

from __future__ import annotations

import time

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from wiki.mail.transport.check import CheckResult, check
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.network import NetworkPolicy


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
def test_a_good_account_is_told_how_much_mail_there_is(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol
) -> None:
    for count, words in ((1, "1 message"), (2, "2 messages")):
        dovecot.deliver(b"Subject: x\r\n\r\n\r\n")
        result = check(dovecot.endpoint(protocol), dovecot.policy, patient, floor=0)
        assert result == CheckResult(ok=True, sentence=f"Signed in. The inbox holds {words}.", messages=count)
    assert len(dovecot.messages()) == 2


def test_pymap_is_checked_too(pymap_server: PymapMailbox, patient: Deadlines) -> None:
    assert check(pymap_server.endpoint(), pymap_server.policy, patient, floor=0).messages == 0


@pytest.mark.dovecot
def test_a_wrong_password_belongs_to_its_field(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    result = check(dovecot.endpoint(Protocol.IMAPS, password="wrong"), dovecot.policy, patient, floor=0)
    assert not result.ok
    assert result.field == "password"
    assert result.messages is None


def test_what_is_inside_looks_the_same_open_or_closed(patient: Deadlines) -> None:
    """Otherwise the button would be a port scanner for the site's own network."""
    with ScriptedServer(ImapScript(greeting=b"* OK secret banner 1.2.3\r\n")) as server:
        port = server.port
        opened = check(
            Endpoint(Protocol.IMAP, "127.0.0.1", port, "a", "b"),
            NetworkPolicy(allowed_ports=frozenset({port})),
            patient,
            floor=0,
        )
    closed = check(
        Endpoint(Protocol.IMAP, "127.0.0.1", port, "a", "b"),
        NetworkPolicy(allowed_ports=frozenset({port})),
        patient,
        floor=0,
    )
    assert opened == closed
    assert server.connections == 0
    assert opened.field == "host"


def test_a_quick_no_takes_as_long_as_the_floor_says(patient: Deadlines) -> None:
    begun = time.monotonic()
    check(Endpoint(Protocol.IMAP, "127.0.0.1", 143, "a", "b"), NetworkPolicy(), patient, floor=0.4)
    assert time.monotonic() - begun > 0.39


def test_every_failure_is_one_sentence_without_the_servers_words(authority: Authority, impatient: Deadlines) -> None:
    def banner_then_silence(talk: Talk) -> None:
        talk.send(b"* OK secret banner 1.2.3\r\n")
        talk.stay_silent()

    expired = authority.certificate(days=-1).context()
    for script, protocol, tls in (
        (Talk.stay_silent, Protocol.IMAP, None),
        (banner_then_silence, Protocol.IMAP, None),
        (banner_then_silence, Protocol.POP, None),
        (ImapScript(sign_in=b"NO secret words"), Protocol.IMAP, None),
        (ImapScript(), Protocol.IMAPS, expired),
    ):
        with ScriptedServer(script, tls=tls) as server:
            begun = time.monotonic()
            result = check(server.endpoint(protocol), server.policy(cafile=authority.cafile), impatient, floor=0)
            assert time.monotonic() - begun < impatient.total + 1.5
        assert not result.ok
        assert result.sentence.endswith(".")
        assert "secret" not in result.sentence
        assert "\n" not in result.sentence
