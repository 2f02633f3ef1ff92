"""A POP3 script that is honest unless told otherwise: each lie is one field to replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers.scripted import Talk


def stuffed(content: bytes) -> bytes:
    """A message as RFC 1939 sends it, up to and with the full stop that ends it."""
    guarded = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    end = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
    return guarded + end + b".\r\n"


@dataclass
class PopScript:
    """Messages by number, and how the server speaks of them."""

    messages: dict[int, bytes] = field(default_factory=dict)
    greeting: bytes = b"+OK ready\r\n"
    capabilities: bytes | None = b"USER\r\nUIDL\r\n"
    sign_in: bytes = b"+OK\r\n"
    uidls: dict[int, bytes] | None = None
    sizes: dict[int, int] = field(default_factory=dict)
    text: Callable[[bytes], bytes] = stuffed
    quit_answer: bytes = b"+OK\r\n"
    deleted: set[int] = field(default_factory=set)
    committed: set[int] = field(default_factory=set)
    replies: dict[bytes, Callable[[Talk, bytes], None]] = field(default_factory=dict)
    """Commands that are answered by something else entirely: (talk, arguments)."""

    def __call__(self, talk: Talk) -> None:
        """Play it to one client."""
        talk.send(self.greeting)
        while True:
            name, _, arguments = talk.line().partition(b" ")
            reply = self.replies.get(name.upper()) or getattr(self, f"_{name.decode().lower()}")
            reply(talk, arguments)

    def _capa(self, talk: Talk, _arguments: bytes) -> None:
        talk.send(b"-ERR what?\r\n" if self.capabilities is None else b"+OK\r\n" + self.capabilities + b".\r\n")

    def _user(self, talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK\r\n")

    def _pass(self, talk: Talk, _arguments: bytes) -> None:
        talk.send(self.sign_in)

    def _stat(self, talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK %d %d\r\n" % (len(self.messages), sum(map(len, self.messages.values()))))

    def _list(self, talk: Talk, _arguments: bytes) -> None:
        lines = (
            b"%d %d\r\n" % (number, self.sizes.get(number, len(content))) for number, content in self.messages.items()
        )
        talk.send(b"+OK\r\n" + b"".join(lines) + b".\r\n")

    def _uidl(self, talk: Talk, _arguments: bytes) -> None:
        if self.uidls is None:
            talk.send(b"-ERR no such command\r\n")
            return
        lines = (b"%d %s\r\n" % (number, uidl) for number, uidl in self.uidls.items())
        talk.send(b"+OK\r\n" + b"".join(lines) + b".\r\n")

    def _retr(self, talk: Talk, arguments: bytes) -> None:
        talk.send(b"+OK\r\n" + self.text(self.messages[int(arguments)]))

    def _noop(self, talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK\r\n")

    def _dele(self, talk: Talk, arguments: bytes) -> None:
        self.deleted.add(int(arguments))
        talk.send(b"+OK\r\n")

    def _rset(self, talk: Talk, _arguments: bytes) -> None:
        self.deleted.clear()
        talk.send(b"+OK\r\n")

    def _quit(self, talk: Talk, _arguments: bytes) -> None:
        self.committed |= self.deleted
        talk.send(self.quit_answer)
