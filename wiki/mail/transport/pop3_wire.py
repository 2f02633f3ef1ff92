"""POP3's commands and answers (RFC 1939, 2449, 2595) on a channel; what they mean for mail is :mod:`.pop3`'s.

The standard library's poplib is not used: it cuts a message into lines and forgets how each ended, and loses its place
after a line of more than 2,048 octets; of its dozen commands nothing would be left but their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wiki.mail.transport.channel import Channel
from wiki.mail.transport.endpoint import FORBIDDEN_CHARACTERS
from wiki.mail.transport.errors import ServerBusy, ServerMisbehaved, TransportError
from wiki.mail.transport.pop3_text import Shape, TextReader
from wiki.mail.transport.sasl import Exchange

_RESPONSE_CODE = re.compile(rb"-ERR \[([A-Z/-]+)")
_COME_BACK_LATER = frozenset({"IN-USE", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM"})


class ServerSaidErr(Exception):
    """A command was answered -ERR, with this response code (RFC 2449, 3206) or none. Never leaves this package."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PopWire:
    """A connection that has been greeted; raises ServerBusy when the greeting turns us away."""

    def __init__(self, channel: Channel, answer_octets: int) -> None:
        self.channel = channel
        self._answer_octets = answer_octets
        channel.allow(answer_octets)
        with refusal(ServerBusy("The mail server takes no connections at the moment.")):
            self.status()

    def command(self, line: str, answer_octets: int = 0) -> bytes:
        """Send a command and return what stands behind its ``+OK``; raises ServerSaidErr for ``-ERR``."""
        self.send(line, answer_octets=answer_octets)
        return self.status()

    def send(self, *lines: str, answer_octets: int = 0) -> None:
        """Send commands in one go; ``answer_octets`` is how much may come back where that is more than usual."""
        if any(FORBIDDEN_CHARACTERS.search(line) for line in lines):
            raise RuntimeError("a line break in an argument would become a command of its own")
        self.channel.allow(max(answer_octets, self._answer_octets))
        self.channel.send("".join(f"{line}\r\n" for line in lines).encode())

    def status(self) -> bytes:
        """Read a status line and return what stands behind its ``+OK``; raises ServerSaidErr for ``-ERR``."""
        line = self.channel.readline()
        if line.startswith(b"+OK"):
            return line[3:].strip()
        if line.startswith(b"-ERR"):
            code = _RESPONSE_CODE.match(line)
            raise ServerSaidErr(code.group(1).decode() if code else "")
        raise ServerMisbehaved

    def lines(self) -> Iterator[bytes]:
        """The lines of a listing, up to the full stop."""
        while (line := self.channel.readline().strip()) != b".":
            yield line

    def text(self, announced: int, write: Callable[[bytes], object]) -> Shape:
        """Hand over the answer to RETR as it comes, guarding dots included, without the full stop that ends it."""
        reader = TextReader(announced, write)
        while (rest := reader.feed(self.channel.receive())) is None:
            pass
        self.channel.give_back(rest)
        return reader.shape

    def capabilities(self) -> dict[str, str]:
        """CAPA (RFC 2449), upper-case names with their parameters; empty where the server does not know the command."""
        try:
            self.command("CAPA")
        except ServerSaidErr:
            return {}
        found = {}
        for line in self.lines():
            name, _, parameters = line.decode("ascii", "replace").upper().partition(" ")
            found[name] = parameters
        return found

    def authenticate(self, exchange: Exchange) -> None:
        """AUTH (RFC 5034), our message on a line of its own: a command has 255 octets. Raises ServerSaidErr."""
        self.send(f"AUTH {exchange.mechanism}")
        while (challenge := self.channel.readline()).startswith(b"+") and not challenge.startswith(b"+OK"):
            self.send(exchange.reply(challenge[1:].strip()).decode())
        self.channel.give_back(challenge)
        self.status()

    def start_tls(self) -> None:
        """STLS (RFC 2595); raises ServerMisbehaved when the server offers it and then refuses."""
        with refusal(ServerMisbehaved()):
            self.command("STLS")
        self.channel.start_tls()


@contextmanager
def refusal(error: TransportError) -> Iterator[None]:
    """Say ``error`` where the server says -ERR, unless it only asks for patience."""
    try:
        yield
    except ServerSaidErr as no:
        raise (ServerBusy() if no.code in _COME_BACK_LATER else error) from None
