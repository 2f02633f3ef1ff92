"""Opening a session: connect, encrypt, sign in. The only file that is handed a password or a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wiki.mail.transport import sasl
from wiki.mail.transport.channel import Channel, open_channel
from wiki.mail.transport.deadline import Deadline, Deadlines
from wiki.mail.transport.endpoint import AccessToken, Endpoint
from wiki.mail.transport.errors import EncryptionMissing, ServerMisbehaved, TransportError, WrongCredentials
from wiki.mail.transport.imap import ImapSession
from wiki.mail.transport.imap_wire import CheckedClient, ServerSaidNo, in_plain_words
from wiki.mail.transport.imap_wire import refusal as imap_refusal
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.pop3 import PopSession
from wiki.mail.transport.pop3_wire import PopWire, ServerSaidErr
from wiki.mail.transport.pop3_wire import refusal as pop_refusal
from wiki.mail.transport.protocol import Limits, NewSpool


def open_transport(
    endpoint: Endpoint,
    policy: NetworkPolicy,
    deadlines: Deadlines | None = None,
    limits: Limits | None = None,
    new_spool: NewSpool | None = None,
) -> ImapSession | PopSession:
    """A signed-in session with the endpoint, of the kind its protocol says; raises a TransportError.

    With ``new_spool`` a message of more than ``limits.batch_octets`` goes to a file as it comes.
    """
    if endpoint.protocol.is_imap:
        return open_imap(endpoint, policy, deadlines, limits, new_spool)
    return open_pop(endpoint, policy, deadlines, limits, new_spool)


def open_imap(
    endpoint: Endpoint,
    policy: NetworkPolicy,
    deadlines: Deadlines | None = None,
    limits: Limits | None = None,
    new_spool: NewSpool | None = None,
) -> ImapSession:
    """A signed-in IMAP session; raises a TransportError."""
    limits = limits or Limits()
    with _channel(endpoint, policy, deadlines) as channel:
        with in_plain_words():
            client = CheckedClient(channel, limits.answer_octets)
        with in_plain_words(client):
            _encrypt_imap(client, channel)
            _sign_in_imap(client, endpoint, is_encrypted=channel.is_encrypted)
        return ImapSession(client, channel, limits, new_spool)


def open_pop(
    endpoint: Endpoint,
    policy: NetworkPolicy,
    deadlines: Deadlines | None = None,
    limits: Limits | None = None,
    new_spool: NewSpool | None = None,
) -> PopSession:
    """A signed-in POP3 session; raises a TransportError."""
    limits = limits or Limits()
    with _channel(endpoint, policy, deadlines) as channel:
        wire = PopWire(channel, limits.answer_octets)
        capabilities = _encrypt_pop(wire, channel)
        _sign_in_pop(wire, endpoint, capabilities)
        return PopSession(wire, channel, limits, new_spool, pipelines="PIPELINING" in capabilities)


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


def _sign_in_imap(client: CheckedClient, endpoint: Endpoint, *, is_encrypted: bool) -> None:
    offers = set(client.capabilities())
    in_one_line = b"SASL-IR" in offers
    client.forget_capabilities()
    if isinstance(endpoint.password, AccessToken):
        _require_encryption(is_encrypted)
        mechanisms = [name.decode("ascii", "replace").removeprefix("AUTH=") for name in offers]
        exchange = sasl.bearer(endpoint, endpoint.password, mechanisms)
        with _imap_sign_in(client, lambda: sasl.refused(exchange)):
            client.wire.sign_in_by(exchange, in_one_line=in_one_line)
        return
    username, password = endpoint.username, endpoint.password
    offers_plain, forbids_login = b"AUTH=PLAIN" in offers, b"LOGINDISABLED" in offers
    if forbids_login and not offers_plain:
        raise EncryptionMissing
    is_ascii = username.isascii() and password.isascii()
    with _imap_sign_in(client, WrongCredentials):
        if offers_plain and (forbids_login or not is_ascii):
            client.wire.sign_in_by(sasl.plain(username, password), in_one_line=in_one_line)
        else:
            client.wire.sign_in(username, password)


@contextmanager
def _imap_sign_in(client: CheckedClient, wrong: Callable[[], TransportError]) -> Iterator[None]:
    """Say what a refused sign-in means: ``wrong``, unless the server gives another reason."""
    try:
        yield
    except ServerSaidNo as no:
        if no.code == "PRIVACYREQUIRED":
            raise EncryptionMissing from None
        if "WEBALERT" in client.wire.untagged_responses:  # Gmail, with an address that is not ours to follow
            raise WrongCredentials("The provider wants a sign-in to this mailbox by a web browser first.") from None
        with imap_refusal(wrong()):
            raise


def _require_encryption(is_encrypted: bool) -> None:
    """A token opens more than one mailbox's door, so it is never sent in the clear, whatever the site allows."""
    if not is_encrypted:
        raise EncryptionMissing("An access token is only sent encrypted; try IMAPS or POPS.")


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
    if isinstance(endpoint.password, AccessToken):
        _require_encryption(wire.channel.is_encrypted)
        exchange = sasl.bearer(endpoint, endpoint.password, capabilities.get("SASL", "").split())
        try:
            wire.authenticate(exchange)
        except ServerSaidErr:
            with pop_refusal(sasl.refused(exchange)):
                raise
        return
    if capabilities and "USER" not in capabilities and not wire.channel.is_encrypted:
        raise EncryptionMissing
    with pop_refusal(WrongCredentials()):
        if "USER" not in capabilities and "PLAIN" in capabilities.get("SASL", "").split():
            wire.authenticate(sasl.plain(endpoint.username, endpoint.password))
            return
        wire.command(f"USER {endpoint.username}")
        wire.command(f"PASS {endpoint.password}")
