"""IMAPClient and imaplib on our own channel, with the commands that lose mail taken out. Nothing else imports imaplib.

What the libraries would do and this may not: open sockets, wait for ever, keep a log of the last commands (the
password among them), send a line break inside an argument, EXPUNGE without UIDs, or CLOSE.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError
from imapclient.imapclient import _quote

from wiki.blobs.store import Spooled
from wiki.mail.transport.channel import Channel
from wiki.mail.transport.errors import CannotDelete, ConnectionLost, ServerBusy, ServerMisbehaved, TransportError
from wiki.mail.transport.fetch_answers import Piece
from wiki.mail.transport.mailbox_names import wire_name
from wiki.mail.transport.protocol import NewSpool
from wiki.mail.transport.sasl import Exchange

# EXPUNGE without UIDs and CLOSE also remove what other clients have flagged.
_NEVER_SENT = frozenset({"EXPUNGE", "CLOSE"})
_KEPT_UNTAGGED = frozenset({"BYE", "READ-ONLY", "CAPABILITY"})
_RESPONSE_CODE = re.compile(r"\[([A-Z][A-Z0-9-]*)")
# How an answer begins: a tag or "*", for some a number, its name, and the code that some have.
_BEGINNING = re.compile(rb"(\*|[A-P]{4}\d+) (?:\d+ )?[A-Za-z-]+(?: \[[A-Za-z-]+)?")
_COME_BACK_LATER = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"})
# Whatever the libraries trip over in an answer that is not IMAP.
_STUMBLES = (
    imaplib.IMAP4.error,
    ProtocolError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
)


class ServerSaidNo(Exception):
    """A command was answered NO; ``code`` is the response code (RFC 5530) or empty. Never leaves this package."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ImapWire(imaplib.IMAP4):
    """The standard library's IMAP4, reading and writing through a Channel."""

    def __init__(self, channel: Channel, answer_octets: int) -> None:
        self.channel = channel
        self.answer_octets = answer_octets
        self.new_spool: NewSpool | None = None
        self.spool_above = 0
        self.spooled_octets = 0
        self.unclaimed: list[Spooled] = []
        channel.allow(answer_octets)
        super().__init__(channel.endpoint.host, channel.endpoint.port)
        # Names and passwords outside ASCII are sent as UTF-8, which is what servers expect of them.
        self._encoding = "utf-8"

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:  # noqa: ARG002 - imaplib's signature
        """Take the channel's socket instead of making one."""
        self.host = host
        self.port = port
        self.sock = self.channel.socket

    def read(self, size: int) -> Any:
        """A literal, whole or not at all: octets, or a file where there is a spool for so many (imaplib minds not)."""
        if self.new_spool is None or size <= self.spool_above:
            return self.channel.read(size)
        spool = self.new_spool()
        try:
            self.channel.copy(size, spool.write)
            spooled = spool.finish()
        except BaseException:
            spool.discard()
            raise
        self.unclaimed.append(spooled)
        return spooled

    def spool_literals(self, new_spool: NewSpool, above: int) -> None:
        """From now on literals of more octets than ``above`` go to a file, which whoever wants it has to claim."""
        self.new_spool, self.spool_above = new_spool, above

    def claim(self, content: object) -> None:
        """Whoever says this removes the file of this content, should it have one."""
        self.unclaimed = [each for each in self.unclaimed if each is not content]

    def drop_unclaimed(self) -> None:
        """Remove the files that nobody has claimed."""
        for each in self.unclaimed:
            each.discard()
        self.unclaimed = []

    def readline(self) -> bytes:
        """A line, whole or not at all, its name in upper case as imaplib wants it (RFC 9051 section 9 does not)."""
        line = self.channel.readline()
        if line.startswith(b"[COPYUID "):  # Exchange, which has lost what should stand before it
            line = b"* OK " + line
        beginning = _BEGINNING.match(line)
        if beginning is None:
            return line
        rest = line[beginning.end() :]
        # A tagged answer without a word more: the space before no text is what some servers leave out.
        space = b" " if rest == b"\r\n" and not line.startswith(b"*") else b""
        return beginning[0].upper() + space + rest

    def send(self, data: Any) -> None:
        """Send octets."""
        self.channel.send(bytes(data))

    def shutdown(self) -> None:
        """Hang up."""
        self.channel.close()

    def start_tls(self) -> None:
        """STARTTLS (RFC 9051 section 6.2.1); what was learnt unencrypted is forgotten. Raises ServerSaidNo."""
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise ServerSaidNo(response_code(data[-1]))
        self.untagged_responses = {}
        self.channel.start_tls()
        self.sock = self.channel.socket
        self._get_capabilities()

    def sign_in(self, username: str, password: str) -> None:
        """LOGIN; raises ServerSaidNo. imaplib's own does not quote the user name."""
        self._authenticated("LOGIN", self._quote(username), self._quote(password))

    def sign_in_by(self, exchange: Exchange, *, in_one_line: bool) -> None:
        """AUTHENTICATE, with our message in the command's own line where the server offers SASL-IR (RFC 4959).

        Raises ServerSaidNo.
        """
        reply: Any = exchange.reply
        self.literal = reply
        message = [exchange.first().decode()] if in_one_line else []
        self._authenticated("AUTHENTICATE", exchange.mechanism, *message)

    def _authenticated(self, name: str, *arguments: str) -> None:
        try:
            kind, data = self._simple_command(name, *arguments)
        except self.abort:
            raise
        except self.error:  # BAD is what some servers say to a password they do not like
            raise ServerSaidNo("") from None
        if kind != "OK":
            raise ServerSaidNo(response_code(data[-1]))
        self.state = "AUTH"

    def uid_command(self, command: str, *arguments: str, answer_octets: int = 0, spooled_octets: int = 0) -> None:
        """``UID command arguments``; the untagged answers wait for :meth:`take`, also when this raises ServerSaidNo.

        ``answer_octets`` is how much may come back where that is more than usual, besides what goes to a spool.
        """
        normal, self.answer_octets = self.answer_octets, max(answer_octets, self.answer_octets)
        self.spooled_octets = spooled_octets
        try:
            kind, data = self._simple_command("UID", command, *arguments)
        finally:
            self.answer_octets, self.spooled_octets = normal, 0
        if kind != "OK":
            raise ServerSaidNo(response_code(data[-1]))

    def list_folders(self, *options: str) -> None:
        """LIST everything; the untagged answers wait for :meth:`take`. Raises ServerSaidNo."""
        try:
            kind, data = self._simple_command("LIST", '""', '"*"', *options)
        except self.abort:
            raise
        except self.error:  # BAD, where the server does not know the options after all
            raise ServerSaidNo("") from None
        if kind != "OK":
            raise ServerSaidNo(response_code(data[-1]))

    def take(self, name: str) -> list[Piece]:
        """The untagged answers of this name so far, as imaplib has cut them: octets, or (line, literal)."""
        pieces: Any = self.untagged_responses.pop(name, [])
        return list(pieces)

    def _connect(self) -> None:
        try:
            super()._connect()  # type: ignore[misc]  # typeshed leaves it out
        except self.error:
            if "BYE" in self.untagged_responses:
                raise ServerBusy("The mail server takes no connections at the moment.") from None
            raise

    def _command(self, name: str, *args: Any) -> bytes:
        if name in _NEVER_SENT:
            raise RuntimeError(f"{name} would remove other people's mail")
        if any(character in _as_bytes(argument) for argument in args for character in (b"\r", b"\n", b"\0")):
            raise RuntimeError("a line break in an argument would become a command of its own")
        # imaplib never forgets: what nobody took would grow for as long as the session lives.
        self.untagged_responses = {
            kept: data for kept, data in self.untagged_responses.items() if kept in _KEPT_UNTAGGED
        }
        self.channel.allow(self.answer_octets, self.spooled_octets)
        tag: bytes = super()._command(name, *args)  # type: ignore[misc]  # typeshed leaves it out
        return tag

    def _log(self, line: str) -> None:
        """Keep no log: it would hold the password."""


class CheckedClient(IMAPClient):  # type: ignore[misc]  # IMAPClient has no types
    """IMAPClient on an :class:`ImapWire`."""

    def __init__(self, channel: Channel, answer_octets: int) -> None:
        self._channel = channel
        self._answer_octets = answer_octets
        endpoint = channel.endpoint
        super().__init__(endpoint.host, endpoint.port, ssl=endpoint.protocol.is_encrypted)
        # IMAPClient turns imaplib's tracing on, at a cost for every line.
        self._imap.debug = 0

    def _create_IMAP4(self) -> ImapWire:  # noqa: N802 - IMAPClient's name
        return ImapWire(self._channel, self._answer_octets)

    def _set_read_timeout(self) -> None:
        """Leave the socket's timeout to the channel."""

    def _check_resp(self, expected: str, command: str, typ: str, data: list[Any]) -> None:  # noqa: ARG002 - IMAPClient's
        if typ != expected:
            raise ServerSaidNo(response_code(data[-1] if data else b""))

    @property
    def wire(self) -> ImapWire:
        """The connection below, for what IMAPClient does not offer."""
        wire: ImapWire = self._imap
        return wire

    def _normalise_folder(self, folder_name: str) -> bytes:
        quoted: bytes = _quote(wire_name(folder_name))
        return quoted

    def listed(self, *, counts: bool) -> tuple[list[Piece], list[Piece]]:
        """The LIST and STATUS answers for all folders; the latter only where ``counts`` come in the same command."""
        uses = "SPECIAL-USE " if self.has_capability("SPECIAL-USE") else ""
        if counts and self.has_capability("LIST-STATUS"):
            with suppress(ServerSaidNo):
                self.wire.list_folders("RETURN", f"({uses}STATUS (MESSAGES))")
                return self.wire.take("LIST"), self.wire.take("STATUS")
        self.wire.list_folders()
        return self.wire.take("LIST"), []

    def open_folder(self, name: str, *, writable: bool) -> dict[bytes, Any]:
        """SELECT or EXAMINE; mod-sequences are asked for where there are any: Dovecot tells them to no one else."""
        quoted: bytes = self._normalise_folder(name)
        parameters = b" (CONDSTORE)" if self.has_capability("CONDSTORE") else b""
        self._checkok("select", *self._imap.select(quoted + parameters, readonly=not writable))
        told: dict[bytes, Any] = self._process_select_response(self.wire.untagged_responses)
        return told

    def forget_capabilities(self) -> None:
        """Ask anew after signing in: servers offer more then, and what was heard unencrypted does not count."""
        self._cached_capabilities = None
        self._imap.untagged_responses.pop("CAPABILITY", None)


def response_code(text: object) -> str:
    """The response code in square brackets (RFC 5530) of a NO, BAD or BYE, or empty."""
    found = _RESPONSE_CODE.search(_as_bytes(text).decode("ascii", "replace"))
    return found.group(1) if found else ""


@contextmanager
def in_plain_words(client: CheckedClient | None = None) -> Iterator[None]:
    """Turn whatever the libraries raise into our own errors; a NO becomes ServerSaidNo.

    ``from None`` on purpose: the libraries' messages quote the server, and a server may quote the password.
    """
    try:
        yield
    except imaplib.IMAP4.readonly:
        raise CannotDelete("The mail server lets this folder be read, but nothing be removed from it.") from None
    except imaplib.IMAP4.abort:
        raise _parting(client.wire.untagged_responses.get("BYE") if client else None) from None
    except _STUMBLES:
        raise ServerMisbehaved from None


@contextmanager
def refusal(error: TransportError) -> Iterator[None]:
    """Say ``error`` where the server says NO, unless it only asks for patience."""
    try:
        yield
    except ServerSaidNo as no:
        raise (ServerBusy() if no.code in _COME_BACK_LATER else error) from None


def _parting(bye: list[Any] | None) -> ConnectionLost | ServerBusy | ServerMisbehaved:
    if not bye:
        return ServerMisbehaved()
    return (
        ServerBusy()
        if response_code(bye[-1]) in _COME_BACK_LATER
        else ConnectionLost("The mail server ended the session.")
    )


def _as_bytes(argument: object) -> bytes:
    return argument if isinstance(argument, bytes) else str(argument).encode("utf-8", "replace")
