"""Alice signs in with an access token of her provider; it goes to nobody else, and a refusal is a sentence."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotMailbox
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.errors import Invalid
from wiki.mail.transport.connect import open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import AccessToken, Endpoint, Protocol
from wiki.mail.transport.errors import EncryptionMissing, ServerBusy, TokenRefused, TransportError, WrongCredentials

TOKEN = "ya29.a-token/that+tells~nobody=="
XOAUTH2 = base64.b64encode(f"user=alice\1auth=Bearer {TOKEN}\1\1".encode())
EXPIRED = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}')
ENCRYPTED = (Protocol.IMAPS, Protocol.POPS)


@pytest.fixture
def tls(authority: Authority) -> ssl.SSLContext:
    """A certificate that we trust, for a server on this machine."""
    return authority.certificate().context()


def sign_in(server: ScriptedServer, protocol: Protocol, authority: Authority, deadlines: Deadlines) -> None:
    endpoint = Endpoint(protocol, "localhost", server.port, "alice", AccessToken(TOKEN))
    with open_transport(endpoint, server.policy(cafile=authority.cafile), deadlines) as session:
        assert session.message_count() == 0


def imap_authenticate(*answers: bytes) -> Callable[[Talk, bytes, bytes], None]:
    """Send each answer (a last one with our tag), and read a line of the client's after each challenge."""

    def reply(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        for answer in answers:
            if answer.startswith(b"+"):
                talk.send(answer + b"\r\n")
                talk.line()
            else:
                talk.send(tag + b" " + answer + b"\r\n")

    return reply


def pop_auth(*answers: bytes) -> Callable[[Talk, bytes], None]:
    def reply(talk: Talk, _arguments: bytes) -> None:
        for answer in answers:
            talk.send(answer + b"\r\n")
            if answer.startswith(b"+ "):
                talk.line()

    return reply


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", Protocol)
def test_dovecot_lets_alice_in_with_her_token_by_each_protocol(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol
) -> None:
    dovecot.deliver(b"Subject: one\r\n\r\n\r\n")
    port = dovecot.server.ports[protocol]
    endpoint = Endpoint(protocol, "localhost", port, dovecot.username, AccessToken(dovecot.password))
    with open_transport(endpoint, dovecot.policy, patient) as session:
        assert session.message_count() == 1
    login = next(line for line in dovecot.server.log().splitlines() if f"Login: user=<{dovecot.username}>" in line)
    assert "method=XOAUTH2" in login
    assert ", TLS," in login


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", ENCRYPTED)
def test_a_token_that_dovecot_does_not_take_is_a_sentence(
    dovecot: DovecotMailbox, patient: Deadlines, protocol: Protocol
) -> None:
    endpoint = Endpoint(protocol, "localhost", dovecot.server.ports[protocol], dovecot.username, AccessToken("stale"))
    with pytest.raises(TokenRefused) as refused:
        open_transport(endpoint, dovecot.policy, patient)
    assert isinstance(refused.value, WrongCredentials)
    assert refused.value.sentence == TokenRefused.default
    assert "stale" not in repr(refused.value)


def test_where_the_server_allows_it_the_token_stands_in_the_commands_own_line(
    authority: Authority, tls: ssl.SSLContext, patient: Deadlines
) -> None:
    script = ImapScript(
        capabilities=b"IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER",
        replies={b"AUTHENTICATE": imap_authenticate(b"OK welcome")},
    )
    with ScriptedServer(script, tls=tls) as server:
        sign_in(server, Protocol.IMAPS, authority, patient)
    line = next(line for line in server.heard if b"AUTHENTICATE" in line)
    assert line.split()[1:] == [b"AUTHENTICATE", b"XOAUTH2", XOAUTH2]


@pytest.mark.parametrize("go_ahead", [b"+ ", b"+"])
def test_elsewhere_it_waits_for_the_servers_word(
    authority: Authority, tls: ssl.SSLContext, patient: Deadlines, go_ahead: bytes
) -> None:
    script = ImapScript(
        capabilities=b"IMAP4rev1 AUTH=XOAUTH2",
        replies={b"AUTHENTICATE": imap_authenticate(go_ahead, b"OK welcome")},
    )
    with ScriptedServer(script, tls=tls) as server:
        sign_in(server, Protocol.IMAPS, authority, patient)
    assert XOAUTH2 in server.heard
    assert not any(XOAUTH2 in line and b"AUTHENTICATE" in line for line in server.heard)


def test_the_standard_mechanism_is_spoken_where_it_is_the_only_one(
    authority: Authority, tls: ssl.SSLContext, patient: Deadlines
) -> None:
    script = PopScript(
        capabilities=b"SASL PLAIN OAUTHBEARER\r\n",
        replies={b"AUTH": pop_auth(b"+ ", b"+OK welcome")},
    )
    with ScriptedServer(script, tls=tls) as server:
        sign_in(server, Protocol.POPS, authority, patient)
    told = base64.b64decode(server.heard[server.heard.index(b"AUTH OAUTHBEARER") + 1])
    assert told == f"n,a=alice,\1host=localhost\1port={server.port}\1auth=Bearer {TOKEN}\1\1".encode()


@pytest.mark.parametrize(
    ("mechanism", "farewell"), [(b"XOAUTH2", b""), (b"OAUTHBEARER", base64.b64encode(b"\1"))], ids=["XOAUTH2", "RFC"]
)
@pytest.mark.parametrize("protocol", ENCRYPTED)
def test_the_reason_of_a_refusal_is_acknowledged_and_becomes_a_sentence(
    authority: Authority,
    tls: ssl.SSLContext,
    patient: Deadlines,
    protocol: Protocol,
    mechanism: bytes,
    farewell: bytes,
) -> None:
    reason = b"+ " + EXPIRED
    script: ImapScript | PopScript
    if protocol is Protocol.IMAPS:
        capabilities = b"IMAP4rev1 SASL-IR AUTH=" + mechanism
        script = ImapScript(
            capabilities=capabilities, replies={b"AUTHENTICATE": imap_authenticate(reason, b"NO SASL failed")}
        )
    else:
        script = PopScript(
            capabilities=b"SASL " + mechanism + b"\r\n", replies={b"AUTH": pop_auth(b"+ ", reason, b"-ERR failed")}
        )
    with ScriptedServer(script, tls=tls) as server, pytest.raises(TokenRefused) as refused:
        sign_in(server, protocol, authority, patient)
    assert refused.value.sentence == TokenRefused.default
    assert server.heard[-1] == farewell
    assert TOKEN not in repr(refused.value)


@pytest.mark.parametrize(
    ("answers", "expected", "sentence"),
    [
        ([b"NO [AUTHENTICATIONFAILED] no"], TokenRefused, "connect the account"),
        ([b"BAD what"], TokenRefused, "connect the account"),
        ([b"NO [UNAVAILABLE] later"], ServerBusy, "busy"),
        ([b"+ " + base64.b64encode(b'{"status":"insufficient_scope"}'), b"NO no"], TokenRefused, "reading mail"),
        ([b"+ not Base64", b"NO no"], TokenRefused, "connect the account"),
        ([b"+ " + base64.b64encode(b"[" * 2000), b"NO no"], TokenRefused, "connect the account"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_sentence(
    authority: Authority,
    tls: ssl.SSLContext,
    patient: Deadlines,
    answers: list[bytes],
    expected: type[TransportError],
    sentence: str,
) -> None:
    script = ImapScript(
        capabilities=b"IMAP4rev1 SASL-IR AUTH=XOAUTH2", replies={b"AUTHENTICATE": imap_authenticate(*answers)}
    )
    with ScriptedServer(script, tls=tls) as server, pytest.raises(expected, match=sentence):
        sign_in(server, Protocol.IMAPS, authority, patient)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_token_is_never_sent_in_the_clear_whatever_the_site_allows(
    authority: Authority, patient: Deadlines, protocol: Protocol
) -> None:
    offering = ImapScript(capabilities=b"IMAP4rev1 SASL-IR AUTH=XOAUTH2")
    script = offering if protocol is Protocol.IMAP else PopScript(capabilities=b"SASL XOAUTH2\r\n")
    with ScriptedServer(script) as server, pytest.raises(EncryptionMissing, match="only sent encrypted"):
        sign_in(server, protocol, authority, patient)
    assert not any(line.startswith(b"AUTH") or b"AUTHENTICATE" in line for line in server.heard)


@pytest.mark.parametrize("protocol", ENCRYPTED)
def test_a_server_that_takes_no_tokens_gets_none(
    authority: Authority, tls: ssl.SSLContext, patient: Deadlines, protocol: Protocol
) -> None:
    script = ImapScript() if protocol is Protocol.IMAPS else PopScript()
    with ScriptedServer(script, tls=tls) as server, pytest.raises(TokenRefused, match="wants a password"):
        sign_in(server, protocol, authority, patient)
    assert base64.b64encode(TOKEN.encode())[:20] not in b" ".join(server.heard)


def test_a_token_does_not_show_and_cannot_hold_a_second_command() -> None:
    endpoint = Endpoint(Protocol.IMAPS, "mail.example.com", 993, "alice", AccessToken("tell-nobody"))
    assert "tell-nobody" not in repr(endpoint)
    for bad in ("", "two words", "a\1b", "a\r\nb", "ü"):
        with pytest.raises(Invalid) as refused:
            Endpoint(Protocol.IMAPS, "mail.example.com", 993, "alice", AccessToken(bad))
        assert list(refused.value.errors) == ["password"]
