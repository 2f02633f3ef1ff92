"""A POP3 script that is honest unless told otherwise: each lie is one field to replace, or one behaviour to add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.servers.scripted import Behaviour, Command, Said, Talk, obey

Reply = Callable[[Talk, bytes], None]


def stuffed(content: bytes) -> bytes:
    """A message as RFC 1939 sends it, up to and with the full stop that ends it."""
    guarded = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    end = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
    return guarded + end + b".\r\n"


@dataclass
class PopScript:
    """Messages by number, and how the server speaks of them.

    What a session has marked leaves the maildrop when it says QUIT: the others are numbered anew then, and
    ``removed`` has what left.
    """

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
    replies: dict[bytes, Reply] = field(default_factory=dict)
    """Commands that are answered by something else entirely: (talk, arguments)."""
    behaviours: Sequence[Behaviour] = ()
    removed: list[bytes] = field(default_factory=list)

    def __call__(self, talk: Talk) -> None:
        """Play it to one client."""
        self.deleted.clear()
        obey(Command(talk, b"GREETING"), lambda: [self.greeting], self.behaviours)
        while True:
            name, _, arguments = talk.line().partition(b" ")
            self._obey(Command(talk, name.upper(), arguments=arguments))

    def _obey(self, command: Command) -> None:
        special = self.replies.get(command.name)
        reply: Reply = special or getattr(self, f"_{command.name.decode().lower()}", _unknown)

        def answered() -> list[bytes]:
            said = Said()
            reply(said, command.arguments)  # type: ignore[arg-type]  # it only sends
            return said.pieces

        if special:
            special(command.talk, command.arguments)
        else:
            obey(command, answered, self.behaviours)

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
        self.removed += [self.messages[number] for number in sorted(self.deleted)]
        kept = [number for number in self.messages if number not in self.deleted]
        if self.uidls is not None:
            self.uidls = {new: self.uidls[old] for new, old in enumerate(kept, 1) if old in self.uidls}
        self.sizes = {new: self.sizes[old] for new, old in enumerate(kept, 1) if old in self.sizes}
        self.messages = {new: self.messages[old] for new, old in enumerate(kept, 1)}
        self.deleted.clear()
        talk.send(self.quit_answer)


def _unknown(talk: Talk, _arguments: bytes) -> None:
    talk.send(b"-ERR unknown command\r\n")
