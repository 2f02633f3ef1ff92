"""A socket with deadlines, an octet allowance and TLS: what both protocols read lines and contents from.

It is the only place that receives or sends, so that no answer can outlast the deadlines, outgrow what was asked
for, or be taken for whole when the connection broke in the middle. It knows no mail protocol.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from wiki.mail.transport.deadline import Deadline
from wiki.mail.transport.endpoint import Endpoint
from wiki.mail.transport.errors import CertificateInvalid, ConnectionLost, ServerMisbehaved, TookTooLong
from wiki.mail.transport.network import NetworkPolicy, connect

CHUNK = 256 * 1024
_EXPIRED, _NOT_YET_VALID, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 62, 64  # OpenSSL's X509_V_ERR_ numbers


class Channel:
    """A connection to one mail server; not for use by several threads."""

    def __init__(self, raw: socket.socket, endpoint: Endpoint, policy: NetworkPolicy, deadline: Deadline) -> None:
        self.socket = raw
        self.endpoint = endpoint
        self.policy = policy
        self.deadline = deadline
        self.is_encrypted = False
        self._buffer = bytearray()
        self._allowance = 0
        self._copied_allowance = 0

    def allow(self, octets: int, copied: int = 0) -> None:
        """Set how many octets the server may send from now on; more ends the connection with ServerMisbehaved.

        Those that are handed over by :meth:`copy` cost no memory and have an allowance of their own, ``copied``.
        """
        self._allowance = octets
        self._copied_allowance = copied

    @property
    def has_unread(self) -> bool:
        """Whether octets have arrived that nobody has read."""
        return bool(self._buffer)

    def readline(self) -> bytes:
        """The next line with its line feed."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._fill()
        return self._take(end + 1)

    def read(self, octets: int) -> bytes:
        """Exactly so many octets; an announced size beyond the allowance is refused before memory is spent on it."""
        if octets > len(self._buffer) + self._allowance:
            raise ServerMisbehaved("The mail server sent more than it was asked for.")
        while len(self._buffer) < octets:
            self._fill()
        return self._take(octets)

    def copy(self, octets: int, write: Callable[[bytes], None]) -> None:
        """Hand over exactly so many octets as they come, never all of them at once; refused as by :meth:`read`."""
        if octets > self._copied_allowance:
            raise ServerMisbehaved("The mail server sent more than it was asked for.")
        self._copied_allowance -= octets
        self._allowance += octets  # what comes is counted where it is received
        while octets:
            if not self._buffer:
                self._fill()
            taken = self._take(min(octets, len(self._buffer)))
            octets -= len(taken)
            write(taken)

    def receive(self) -> bytes:
        """Whatever has arrived; waits when that is nothing."""
        if not self._buffer:
            self._fill()
        return self._take(len(self._buffer))

    def give_back(self, octets: bytes) -> None:
        """Put octets that were received too many in front again."""
        self._buffer[:0] = octets

    def send(self, octets: bytes) -> None:
        """Send all of it."""
        self.socket.settimeout(self.deadline.to_answer())
        try:
            self.socket.sendall(octets)
        except TimeoutError:
            raise TookTooLong from None
        except OSError:
            raise ConnectionLost from None

    def start_tls(self) -> None:
        """Encrypt from here on, and verify that the server is the host that was asked for (never only its address).

        What came unencrypted and nobody has read may have been put in by someone on the way: it ends the connection.
        """
        if self._buffer:
            raise ServerMisbehaved
        context = _context(self.policy)
        deadline = self.deadline
        try:
            self.socket.settimeout(
                deadline.to_connect() if self.endpoint.protocol.is_encrypted else deadline.to_answer()
            )
            self.socket = context.wrap_socket(self.socket, server_hostname=self.endpoint.host.rstrip("."))
        except ssl.SSLCertVerificationError as error:
            raise CertificateInvalid(_certificate_sentence(error, self.endpoint.host)) from None
        except TimeoutError:
            raise TookTooLong from None
        except ssl.SSLError:
            raise ServerMisbehaved("The mail server does not answer with encryption on this port.") from None
        except OSError:
            raise ConnectionLost from None
        self.is_encrypted = True

    def close(self) -> None:
        """Hang up, whatever state things are in."""
        self.socket.close()

    def _take(self, octets: int) -> bytes:
        with memoryview(self._buffer) as view, view[:octets] as part:
            taken = bytes(part)
        del self._buffer[:octets]
        return taken

    def _fill(self) -> None:
        self.socket.settimeout(self.deadline.to_answer())
        try:
            received = self.socket.recv(CHUNK)
        except TimeoutError:
            raise TookTooLong from None
        except OSError:
            raise ConnectionLost from None
        if not received:
            raise ConnectionLost
        self._allowance -= len(received)
        if self._allowance < 0:
            raise ServerMisbehaved("The mail server sent more than it was asked for.")
        self._buffer += received


def open_channel(endpoint: Endpoint, policy: NetworkPolicy, deadline: Deadline) -> Channel:
    """A connection to an allowed address, encrypted already where the protocol begins so.

    Raises what :func:`~wiki.mail.transport.network.connect` and :meth:`Channel.start_tls` raise.
    """
    channel = Channel(connect(endpoint, policy, deadline), endpoint, policy, deadline)
    if endpoint.protocol.is_encrypted:
        try:
            channel.start_tls()
        except BaseException:
            channel.close()
            raise
    return channel


def _context(policy: NetworkPolicy) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if policy.cafile is not None:
        try:
            context.load_verify_locations(policy.cafile)
        except OSError:  # ssl.SSLError is one
            raise CertificateInvalid("This site's own list of certificate authorities cannot be read.") from None
    return context


def _certificate_sentence(error: ssl.SSLCertVerificationError, host: str) -> str:
    if error.verify_code == _EXPIRED:
        return "The mail server's certificate has expired."
    if error.verify_code == _NOT_YET_VALID:
        return "The mail server's certificate is not valid yet."
    if error.verify_code in {_OTHER_NAME, _OTHER_ADDRESS}:
        return f"The mail server's certificate is not for {host}."
    return "The mail server's certificate is not from an authority this site trusts."
