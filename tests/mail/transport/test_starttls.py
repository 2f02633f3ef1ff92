"""Encryption that begins in the middle of a session (STARTTLS, STLS): nothing from before it counts afterwards.

Somebody on the way could strip the offer, put in answers of their own (CVE-2011-0411), or a list of capabilities.
"""

from __future__ import annotations

import pytest

from tests.servers.certificates import Authority
from tests.servers.scripted import PASSWORD, ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.mail.transport.connect import open_imap, open_pop, open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import CertificateInvalid, ServerMisbehaved
from wiki.mail.transport.imap import ImapSession


def test_an_expired_certificate_behind_starttls_is_refused_too(authority: Authority, patient: Deadlines) -> None:
    context = authority.certificate(days=-1).context()

    def starttls(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" OK go\r\n")
        talk.start_tls(context)

    script = ImapScript(capabilities=b"IMAP4rev1 STARTTLS", replies={b"STARTTLS": starttls})
    with ScriptedServer(script) as server, pytest.raises(CertificateInvalid, match="has expired"):
        open_imap(server.endpoint(Protocol.IMAP), server.policy(cafile=authority.cafile), patient)
    assert PASSWORD.encode() not in b" ".join(server.heard)


def test_answers_slipped_in_before_the_encryption_end_it(authority: Authority, patient: Deadlines) -> None:
    context = authority.certificate().context()

    def starttls(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" OK go\r\n* CAPABILITY IMAP4rev1 EVIL\r\n")
        talk.start_tls(context)

    script = ImapScript(capabilities=b"IMAP4rev1 STARTTLS", replies={b"STARTTLS": starttls})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved):
        open_imap(server.endpoint(Protocol.IMAP), server.policy(cafile=authority.cafile), patient)
    assert PASSWORD.encode() not in b" ".join(server.heard)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_what_a_server_offers_is_asked_again_once_the_line_is_encrypted_and_once_we_are_known(
    authority: Authority, patient: Deadlines, protocol: Protocol
) -> None:
    """What somebody on the way put into the unencrypted list counts for nothing."""
    context = authority.certificate().context()
    imap = ImapScript(capabilities=b"IMAP4rev1 STARTTLS LOGINDISABLED MOVE")
    pop = PopScript(capabilities=b"STLS\r\nSASL PLAIN\r\nPIPELINING\r\n")

    def starttls(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" OK go\r\n")
        talk.start_tls(context)
        imap.capabilities = b"IMAP4rev1"

    def stls(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK go\r\n")
        talk.start_tls(context)
        pop.capabilities = b"USER\r\n"

    def login(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        imap.capabilities = b"IMAP4rev1 UIDPLUS"
        talk.send(tag + b" OK welcome\r\n")

    imap.replies = {b"STARTTLS": starttls, b"LOGIN": login}
    pop.replies = {b"STLS": stls}
    script = imap if protocol is Protocol.IMAP else pop
    with ScriptedServer(script) as server:
        endpoint = server.endpoint(protocol)
        with open_transport(endpoint, server.policy(cafile=authority.cafile), patient) as session:
            assert session.message_count() == 0
            if isinstance(session, ImapSession):
                assert session.supports_uidplus
                assert not session.supports_move
    asked = [line.split()[-1] for line in server.heard if line.endswith((b"CAPABILITY", b"CAPA"))]
    assert len(asked) == (3 if protocol is Protocol.IMAP else 2)


def test_pop_answers_slipped_in_before_the_encryption_end_it(authority: Authority, patient: Deadlines) -> None:
    context = authority.certificate().context()

    def stls(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK go\r\n+OK and this is from somebody else\r\n")
        talk.start_tls(context)

    script = PopScript(capabilities=b"STLS\r\nUSER\r\n", replies={b"STLS": stls})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved):
        open_pop(server.endpoint(Protocol.POP), server.policy(cafile=authority.cafile), patient)
    assert not any(line.startswith((b"USER", b"PASS")) for line in server.heard)


@pytest.mark.parametrize("late", [b"* CAPABILITY IMAP4rev1 EVIL\r\n", b"A1 OK\r\n"])
def test_answers_slipped_in_while_the_encryption_begins_end_it_too(
    authority: Authority, patient: Deadlines, late: bytes
) -> None:
    """They come in a packet of their own, when our client has read the server's consent already."""
    context = authority.certificate().context()

    def starttls(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" OK go\r\n")
        talk.wait_for_octets()  # the client has begun to encrypt, so it has read the consent
        talk.send(late)
        talk.start_tls(context)

    script = ImapScript(capabilities=b"IMAP4rev1 STARTTLS", replies={b"STARTTLS": starttls})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved):
        open_imap(server.endpoint(Protocol.IMAP), server.policy(cafile=authority.cafile), patient)
    assert PASSWORD.encode() not in b" ".join(server.heard)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_where_encryption_is_offered_and_then_refused_no_password_goes_out(
    protocol: Protocol, patient: Deadlines
) -> None:
    imap = ImapScript(
        capabilities=b"IMAP4rev1 STARTTLS",
        replies={b"STARTTLS": lambda talk, tag, _: talk.send(tag + b" NO not today\r\n")},
    )
    pop = PopScript(capabilities=b"STLS\r\nUSER\r\n", replies={b"STLS": lambda talk, _: talk.send(b"-ERR no\r\n")})
    with ScriptedServer(imap if protocol is Protocol.IMAP else pop) as server, pytest.raises(ServerMisbehaved):
        open_transport(server.endpoint(protocol), server.policy(), patient)
    assert PASSWORD.encode() not in b" ".join(server.heard)
