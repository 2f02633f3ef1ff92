"""pymap (PyPI) on loopback: a real IMAP server from a plain pip install, in memory, one user for each process."""

from __future__ import annotations

import os
import subprocess
from itertools import count

import pytest

from tests.servers.machine import free_port, required_program, stop, wait_until_listening
from tests.servers.other_client import OtherClient
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.network import NetworkPolicy

PASSWORD = "battery staple"
_ATTEMPTS = 3
_names = count(1)


class PymapMailbox:
    """A running pymap with one mailbox; :meth:`new_user` starts another process, which ends with this one."""

    def __init__(self) -> None:
        self._program = required_program("pymap", "the test dependencies")
        self.username = f"reader{next(_names)}"
        self.password = PASSWORD
        self._others: list[PymapMailbox] = []
        self._deliverer: OtherClient | None = None
        for _ in range(_ATTEMPTS):
            self.port = free_port()
            self._process = self._launch()
            if wait_until_listening(self._process, self.port):
                break
            stop(self._process)
        else:
            pytest.fail("pymap did not start.")
        self.policy = NetworkPolicy(allowed_private=frozenset({f"localhost:{self.port}", f"127.0.0.1:{self.port}"}))

    def stop(self) -> None:
        """End the processes that were started."""
        for other in self._others:
            other.stop()
        if self._deliverer is not None:
            self._deliverer.logout()
        stop(self._process)

    def endpoint(self, protocol: Protocol = Protocol.IMAP, password: str | None = None) -> Endpoint:
        """How to reach this mailbox; pymap speaks IMAP only."""
        assert protocol is Protocol.IMAP
        return Endpoint(protocol, "localhost", self.port, self.username, password or self.password)

    def deliver(self, content: bytes, folder: str = "INBOX") -> None:
        """Put a message into a folder, octet for octet."""
        # Signing in is slow on purpose, so one connection delivers everything.
        self._deliverer = self._deliverer or self.other_client()
        self._deliverer.put(content, folder)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """What is on the server now."""
        with self.other_client() as client:
            return client.contents(folder)

    def new_user(self) -> PymapMailbox:
        """Somebody else's mailbox."""
        other = PymapMailbox()
        self._others.append(other)
        return other

    def other_client(self) -> OtherClient:
        """Another mail program, signed in to this mailbox."""
        return OtherClient(self.port, self.username, self.password)

    def _launch(self) -> subprocess.Popen[bytes]:
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls"]
        user = ["dict", "--demo-user", self.username, "--demo-password", self.password]
        # Without FQDN it would ask the name service for this machine's name.
        environment = {**os.environ, "FQDN": "localhost"}
        return subprocess.Popen([self._program, *options, *user], env=environment, stderr=subprocess.DEVNULL)
