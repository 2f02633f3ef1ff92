"""A server that says what a test wants it to say: silence, drips, lies and cut connections, on loopback threads.

It is for what no real server does on request. Where a real one can stand (Dovecot, pymap), a test uses that.
"""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from wiki.mail.transport.connect import open_imap, open_pop
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.imap import ImapSession
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.pop3 import PopSession
from wiki.mail.transport.protocol import Limits

USERNAME = "alice"
PASSWORD = "open sesame"


class Cut(Exception):
    """The script ends here: the connection is to be closed."""


class Talk:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket, server: ScriptedServer) -> None:
        self.number = server.connections
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._server = server
        self._lines = connection.makefile("rb")
        self._may_send = server.cut_after

    def send(self, octets: bytes) -> None:
        """Send; past the octet at which the server is to cut the connection, cut it."""
        if self._may_send is not None:
            octets, self._may_send = octets[: self._may_send], self._may_send - len(octets)
        self._connection.sendall(octets)
        self._server.sent += len(octets)
        if self._may_send is not None and self._may_send <= 0:
            raise Cut

    def drip(self, octets: bytes, seconds: float) -> None:
        """Send one octet at a time, with a pause after each."""
        for octet in octets:
            self._connection.sendall(bytes([octet]))
            if self._server.stopping.wait(seconds):
                raise Cut

    def line(self) -> bytes:
        """The client's next line without its end; ends the script when the client has gone."""
        line = self._lines.readline()
        if not line:
            raise Cut
        self._server.heard.append(line.rstrip(b"\r\n"))
        return self._server.heard[-1]

    def stay_silent(self) -> None:
        """Say nothing until the test is over."""
        self._server.stopping.wait()

    def wait_for_octets(self) -> None:
        """Until the client has sent something, which is left to be read."""
        self._connection.recv(1, socket.MSG_PEEK)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Encrypt from here on."""
        self._lines.close()
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._lines = self._connection.makefile("rb")

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._connection.close()


Script = Callable[[Talk], None]


@dataclass(frozen=True)
class Command:
    """What a client has just asked: an upper-case name such as ``UID FETCH``; ``GREETING`` before it asked anything.

    ``tag`` is IMAP's, and empty for POP3.
    """

    talk: Talk
    name: bytes
    tag: bytes = b""
    arguments: bytes = b""


Honest = Callable[[], list[bytes]]
Behaviour = Callable[[Command, Honest], list[bytes]]
"""How a server speaks: given a command and the honest way to obey it, the pieces that are sent instead.

Not calling ``honest`` leaves the command undone; behaviours stand around one another like the skins of an onion.
"""


class Said:
    """Stands where a Talk would while an honest answer is put together."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def send(self, octets: bytes) -> None:
        """Keep it."""
        self.pieces.append(octets)


def obey(command: Command, honest: Honest, behaviours: Sequence[Behaviour]) -> None:
    """Answer a command as the behaviours have it, of which the last stands outermost."""
    for behaviour in behaviours:
        honest = _around(behaviour, command, honest)
    for piece in honest():
        command.talk.send(piece)


def _around(behaviour: Behaviour, command: Command, honest: Honest) -> Honest:
    return lambda: behaviour(command, honest)


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Plays ``script`` to every client; ``heard`` has all the lines they sent, ``sent`` counts the octets they got.

    With ``cut_after`` each connection ends after so many octets have been sent to it.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None, cut_after: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.port: int = self.server_address[1]
        self.script = script
        self.tls = tls
        self.cut_after = cut_after
        self.heard: list[bytes] = []
        self.connections = 0
        self.sent = 0
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Play the script once."""
        assert isinstance(request, socket.socket)
        self.connections += 1
        talk = Talk(request, self)
        try:
            if self.tls is not None:
                talk.start_tls(self.tls)
            self.script(talk)
        except (Cut, OSError):
            pass  # the client has gone, or is to be left alone
        finally:
            talk.close()

    def endpoint(self, protocol: Protocol, host: str = "localhost") -> Endpoint:
        """How to reach it."""
        return Endpoint(protocol, host, self.port, USERNAME, PASSWORD)

    def policy(self, *, cafile: Path | None = None, require_tls: bool = False) -> NetworkPolicy:
        """A policy that allows it."""
        allowed = frozenset({f"localhost:{self.port}", f"127.0.0.1:{self.port}"})
        return NetworkPolicy(allowed_private=allowed, cafile=cafile, require_tls=require_tls)

    def imap(self, deadlines: Deadlines, limits: Limits | None = None) -> ImapSession:
        """Sign in to it by plain IMAP."""
        return open_imap(self.endpoint(Protocol.IMAP), self.policy(), deadlines, limits)

    def pop(self, deadlines: Deadlines, limits: Limits | None = None) -> PopSession:
        """Sign in to it by plain POP3."""
        return open_pop(self.endpoint(Protocol.POP), self.policy(), deadlines, limits)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
