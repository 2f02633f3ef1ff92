"""Opening a session: connect, encrypt, sign in. The only file that is handed a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wiki.mail.transport.channel import Channel, open_channel
from wiki.mail.transport.deadline import Deadline, Deadlines
from wiki.mail.transport.endpoint import Endpoint
from wiki.mail.transport.errors import EncryptionMissing, ServerMisbehaved, WrongCredentials
from wiki.mail.transport.imap import ImapSession
from wiki.mail.transport.imap_wire import CheckedClient, ServerSaidNo, in_plain_words
from wiki.mail.transport.imap_wire import refusal as imap_refusal
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.pop3 import PopSession
from wiki.mail.transport.pop3_wire import PopWire
from wiki.mail.transport.pop3_wire import refusal as pop_refusal
from wiki.mail.transport.protocol import Limits


def open_transport(
    endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines | None = None, limits: Limits | None = None
) -> ImapSession | PopSession:
    """A signed-in session with the endpoint, of the kind its protocol says; raises a TransportError."""
    if endpoint.protocol.is_imap:
        return open_imap(endpoint, policy, deadlines, limits)
    return open_pop(endpoint, policy, deadlines, limits)


def open_imap(
    endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines | None = None, limits: Limits | None = None
) -> ImapSession:
    """A signed-in IMAP session; raises a TransportError."""
    limits = limits or Limits()
    with _channel(endpoint, policy, deadlines) as channel:
        with in_plain_words():
            client = CheckedClient(channel, limits.answer_octets)
        with in_plain_words(client):
            _encrypt_imap(client, channel)
            _sign_in_imap(client, endpoint)
        return ImapSession(client, channel, limits)


def open_pop(
    endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines | None = None, limits: Limits | None = None
) -> PopSession:
    """A signed-in POP3 session; raises a TransportError."""
    limits = limits or Limits()
    with _channel(endpoint, policy, deadlines) as channel:
        wire = PopWire(channel, limits.answer_octets)
        capabilities = _encrypt_pop(wire, channel)
        _sign_in_pop(wire, endpoint, capabilities)
        return PopSession(wire, channel, limits, pipelines="PIPELINING" in capabilities)


@contextmanager
def _channel(endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines | None) -> Iterator[Channel]:
    """A channel that stays open only when the block ends well."""
    channel = open_channel(endpoint, policy, Deadline(deadlines or Deadlines()))
    try:
        yield channel
    except BaseException:
        channel.close()
        raise


def _encrypt_imap(client: CheckedClient, channel: Channel) -> None:
    if client.wire.state != "NONAUTH":
        # PREAUTH: whose mailbox this is nobody knows, and STARTTLS is no longer possible.
        raise ServerMisbehaved("The mail server did not ask who we are.")
    if channel.is_encrypted:
        return
    if client.has_capability("STARTTLS"):
        with imap_refusal(ServerMisbehaved()):
            client.wire.start_tls()
        client.forget_capabilities()
    elif channel.policy.require_tls:
        raise EncryptionMissing


def _sign_in_imap(client: CheckedClient, endpoint: Endpoint) -> None:
    username, password = endpoint.username, endpoint.password
    offers_plain = client.has_capability("AUTH=PLAIN")
    forbids_login = client.has_capability("LOGINDISABLED")
    if forbids_login and not offers_plain:
        raise EncryptionMissing
    is_ascii = username.isascii() and password.isascii()
    sign_in = client.wire.sign_in_plain if offers_plain and (forbids_login or not is_ascii) else client.wire.sign_in
    client.forget_capabilities()
    try:
        sign_in(username, password)
    except ServerSaidNo as no:
        if no.code == "PRIVACYREQUIRED":
            raise EncryptionMissing from None
        with imap_refusal(WrongCredentials()):
            raise


def _encrypt_pop(wire: PopWire, channel: Channel) -> dict[str, str]:
    """Encrypt where the server offers it; its capabilities, heard anew over the encrypted line."""
    capabilities = wire.capabilities()
    if channel.is_encrypted:
        return capabilities
    if "STLS" in capabilities:
        wire.start_tls()
        return wire.capabilities()
    if channel.policy.require_tls:
        raise EncryptionMissing
    return capabilities


def _sign_in_pop(wire: PopWire, endpoint: Endpoint, capabilities: dict[str, str]) -> None:
    if capabilities and "USER" not in capabilities and not wire.channel.is_encrypted:
        raise EncryptionMissing
    with pop_refusal(WrongCredentials()):
        wire.command(f"USER {endpoint.username}")
        wire.command(f"PASS {endpoint.password}")
