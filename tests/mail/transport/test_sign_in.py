"""Alice signs in to real servers by each protocol; nobody gets her password who should not."""

from __future__ import annotations

import base64
import logging
import time

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from tests.servers.scripted import PASSWORD, ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.mail.transport.connect import open_imap, open_pop, open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.errors import (
    CertificateInvalid,
    EncryptionMissing,
    ServerBusy,
    ServerMisbehaved,
    TransportError,
    WrongCredentials,
)
from wiki.mail.transport.network import NetworkPolicy


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_every_protocol_signs_in_to_dovecot_with_a_verified_certificate(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol, host: str
) -> None:
    dovecot.deliver(b"Subject: one\r\n\r\n\r\n")
    with open_transport(dovecot.endpoint(protocol, host), dovecot.policy, patient) as session:
        assert session.message_count() == 1
    # Dovecot writes TLS into its log, also for STARTTLS and STLS on the plain ports.
    signed_in = written(dovecot, f"Login: user=<{dovecot.username}>")
    assert len(signed_in) == 1
    assert ", TLS," in signed_in[0]


def written(dovecot: DovecotMailbox, words: str) -> list[str]:
    """The lines of Dovecot's log with these words; its log process may be a moment behind."""
    for _ in range(100):
        found = [line for line in dovecot.server.log().splitlines() if words in line]
        if found:
            return found
        time.sleep(0.05)
    return []


def test_pymap_signs_in(pymap_server: PymapMailbox, patient: Deadlines) -> None:
    with open_imap(pymap_server.endpoint(), pymap_server.policy, patient) as session:
        assert session.supports_uidplus
        assert session.supports_move


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
def test_a_wrong_password_is_said_in_one_sentence(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol
) -> None:
    with pytest.raises(WrongCredentials) as refused:
        open_transport(dovecot.endpoint(protocol, password="not-this-one"), dovecot.policy, patient)
    assert refused.value.field == "password"
    assert refused.value.sentence == "The mail server did not accept this username and password."
    assert "not-this-one" not in repr(refused.value)


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
def test_a_certificate_of_an_unknown_authority_is_refused_before_the_password_is_sent(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol
) -> None:
    trusting_nobody = NetworkPolicy(allowed_private=dovecot.policy.allowed_private)
    with pytest.raises(CertificateInvalid, match="not from an authority"):
        open_transport(dovecot.endpoint(protocol), trusting_nobody, patient)
    assert f"user=<{dovecot.username}>" not in dovecot.server.log()


@pytest.mark.parametrize(
    ("host", "days", "sentence"),
    [("localhost", -1, "has expired"), ("other.example", 30, "is not for localhost")],
)
@pytest.mark.parametrize("protocol", [Protocol.IMAPS, Protocol.POPS])
def test_an_expired_or_foreign_certificate_is_refused(
    authority: Authority, patient: Deadlines, protocol: Protocol, host: str, days: int, sentence: str
) -> None:
    context = authority.certificate(host, days=days).context()
    with ScriptedServer(ImapScript(), tls=context) as server, pytest.raises(CertificateInvalid, match=sentence):
        open_transport(server.endpoint(protocol), server.policy(cafile=authority.cafile), patient)
    assert server.heard == []


def test_a_port_without_encryption_behind_an_encrypted_protocol_is_said_to_be_that(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript()) as server, pytest.raises(ServerMisbehaved, match="encryption"):
        open_imap(server.endpoint(Protocol.IMAPS), server.policy(), patient)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_where_the_site_requires_encryption_no_password_goes_out_without(
    protocol: Protocol, patient: Deadlines
) -> None:
    script = ImapScript() if protocol is Protocol.IMAP else PopScript()
    with ScriptedServer(script) as server:
        with pytest.raises(EncryptionMissing):
            open_transport(server.endpoint(protocol), server.policy(require_tls=True), patient)
        assert PASSWORD.encode() not in b" ".join(server.heard)
        with open_transport(server.endpoint(protocol), server.policy(), patient):
            assert PASSWORD.encode() in b" ".join(server.heard)


@pytest.mark.parametrize(
    ("protocol", "script"),
    [
        (Protocol.IMAP, ImapScript(capabilities=b"IMAP4rev1 LOGINDISABLED")),
        (Protocol.POP, PopScript(capabilities=b"UIDL\r\nSASL\r\n")),
    ],
)
def test_a_server_that_wants_no_password_in_the_clear_gets_none(
    protocol: Protocol, script: ImapScript | PopScript, patient: Deadlines
) -> None:
    with ScriptedServer(script) as server, pytest.raises(EncryptionMissing):
        open_transport(server.endpoint(protocol), server.policy(), patient)
    assert PASSWORD.encode() not in b" ".join(server.heard)


def test_a_server_that_lets_us_in_unasked_is_not_believed(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript(greeting=b"* PREAUTH welcome\r\n")) as server, pytest.raises(ServerMisbehaved):
        server.imap(patient)


@pytest.mark.parametrize(
    ("protocol", "script", "expected"),
    [
        (Protocol.IMAP, ImapScript(sign_in=b"NO [AUTHENTICATIONFAILED] open sesame is wrong"), WrongCredentials),
        (Protocol.IMAP, ImapScript(sign_in=b"NO no"), WrongCredentials),
        (Protocol.IMAP, ImapScript(sign_in=b"BAD open sesame is wrong"), WrongCredentials),
        (Protocol.IMAP, ImapScript(sign_in=b"NO [UNAVAILABLE] later"), ServerBusy),
        (Protocol.IMAP, ImapScript(sign_in=b"NO [PRIVACYREQUIRED] use TLS"), EncryptionMissing),
        (Protocol.IMAP, ImapScript(greeting=b"* BYE [UNAVAILABLE] too many connections\r\n"), ServerBusy),
        (Protocol.IMAP, ImapScript(greeting=b"220 mail.example.com ESMTP\r\n"), ServerMisbehaved),
        (Protocol.IMAP, ImapScript(greeting=b"+OK POP3 ready\r\n"), ServerMisbehaved),
        (Protocol.POP, PopScript(sign_in=b"-ERR [AUTH] open sesame is wrong\r\n"), WrongCredentials),
        (Protocol.POP, PopScript(sign_in=b"-ERR\r\n"), WrongCredentials),
        (Protocol.POP, PopScript(sign_in=b"-ERR [IN-USE] locked\r\n"), ServerBusy),
        (Protocol.POP, PopScript(sign_in=b"-ERR [LOGIN-DELAY] wait\r\n"), ServerBusy),
        (Protocol.POP, PopScript(greeting=b"-ERR go away\r\n"), ServerBusy),
        (Protocol.POP, PopScript(greeting=b"* OK IMAP ready\r\n"), ServerMisbehaved),
    ],
)
def test_each_refusal_is_named_without_quoting_the_server(
    protocol: Protocol, script: ImapScript | PopScript, expected: type[TransportError], patient: Deadlines
) -> None:
    with ScriptedServer(script) as server, pytest.raises(expected) as refused:
        open_transport(server.endpoint(protocol), server.policy(), patient)
    assert type(refused.value) is expected
    assert "sesame" not in refused.value.sentence
    # No traceback shows the library's own error, which quotes the server.
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None or refused.value.__suppress_context__


@pytest.mark.parametrize(
    "username", ["alice smith", 'ali"ce', "ali\\ce", "(alice)", "{5}", "álíce", "alice@example.org"]
)
def test_odd_names_and_passwords_arrive_as_they_are(username: str, patient: Deadlines) -> None:
    """One argument each, quoted; imaplib would send the user name bare."""
    with ScriptedServer(ImapScript()) as server:
        endpoint = Endpoint(Protocol.IMAP, "localhost", server.port, username, 'p"a\\s s')
        with open_imap(endpoint, server.policy(), patient):
            pass
    login = next(line for line in server.heard if b"LOGIN" in line)
    quoted = username.replace("\\", "\\\\").replace('"', '\\"')
    assert login.partition(b" ")[2] == f'LOGIN "{quoted}" "p\\"a\\\\s s"'.encode()


def test_a_password_outside_ascii_is_sent_as_utf8_by_authenticate_plain(patient: Deadlines) -> None:
    def authenticate(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"+ \r\n")
        talk.line()
        talk.send(tag + b" OK welcome\r\n")

    script = ImapScript(capabilities=b"IMAP4rev1 AUTH=PLAIN", replies={b"AUTHENTICATE": authenticate})
    with ScriptedServer(script) as server:
        endpoint = Endpoint(Protocol.IMAP, "localhost", server.port, "alice", "pässwörd")
        with open_imap(endpoint, server.policy(), patient):
            pass
    # Base64 of NUL alice NUL and the password's UTF-8.
    assert b"AGFsaWNlAHDDpHNzd8O2cmQ=" in server.heard


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
def test_the_password_is_in_no_log(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with open_transport(dovecot.endpoint(protocol), dovecot.policy, patient) as session:
        session.message_count()
    with pytest.raises(WrongCredentials):
        open_transport(dovecot.endpoint(protocol, password="secret-but-wrong"), dovecot.policy, patient)
    assert dovecot.password not in caplog.text
    assert "secret-but-wrong" not in caplog.text


@pytest.mark.dovecot
def test_a_list_of_authorities_that_cannot_be_read_is_said_to_be_the_sites_fault(
    dovecot: DovecotMailbox, patient: Deadlines
) -> None:
    policy = NetworkPolicy(dovecot.policy.allowed_private, cafile=dovecot.server.folder / "not-there.pem")
    with pytest.raises(CertificateInvalid, match="This site's own list"):
        open_pop(dovecot.endpoint(Protocol.POPS), policy, patient)


def test_a_maildrop_without_user_is_signed_in_to_by_plain(authority: Authority, patient: Deadlines) -> None:
    def auth(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+ \r\n")
        talk.line()
        talk.send(b"+OK\r\n")

    script = PopScript(capabilities=b"SASL PLAIN\r\nUIDL\r\n", replies={b"AUTH": auth})
    with ScriptedServer(script, tls=authority.certificate().context()) as server:
        open_pop(server.endpoint(Protocol.POPS), server.policy(cafile=authority.cafile), patient).close()
    assert base64.b64encode(f"\0alice\0{PASSWORD}".encode()) in server.heard
