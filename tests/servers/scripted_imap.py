"""An IMAP script that is honest unless told otherwise: each lie is one field to replace, or one behaviour to add."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.servers.scripted import Behaviour, Command, Said, Talk, obey

FetchAnswer = Callable[[int, bytes], bytes]
Reply = Callable[[Talk, bytes, bytes], None]


def honest(uid: int, content: bytes) -> bytes:
    """The answer to UID FETCH as it should be; also what RFC822.SIZE alone is answered from."""
    head = b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "02-Feb-2024 10:11:12 +0100" BODY[] {%d}\r\n'
    return head % (uid, uid, len(content), len(content)) + content + b")\r\n"


def honest_size(uid: int, content: bytes) -> bytes:
    """The answer to UID FETCH (UID RFC822.SIZE) as it should be."""
    return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(content))


@dataclass
class ImapScript:
    r"""Messages by UID, and how the server speaks of them. ``talk`` through everything a client asks until it leaves.

    One client at a time: what it has selected is kept here. ``messages`` are INBOX's, ``others`` those of further
    folders; ``removed`` has what was expunged or moved away, ``flagged`` what anybody has marked \Deleted.
    """

    messages: dict[int, bytes] = field(default_factory=dict)
    capabilities: bytes = b"IMAP4rev1 UIDPLUS MOVE"
    greeting: bytes = b"* OK ready\r\n"
    selected: bytes | None = None
    """What SELECT tells instead of ``uid_validity`` and ``uid_next``; ``%d`` is UIDNEXT."""
    sign_in: bytes = b"OK welcome"
    answer: FetchAnswer = honest
    size_answer: FetchAnswer = honest_size
    replies: dict[bytes, Reply] = field(default_factory=dict)
    """Commands (as ``UID FETCH``) that are answered by something else entirely: (talk, tag, arguments)."""
    behaviours: Sequence[Behaviour] = ()
    uid_validity: int | None = 7
    uid_next: int | None = None
    """None for the honest one, which never goes back."""
    others: dict[bytes, dict[int, bytes]] = field(default_factory=dict)
    flagged: set[int] = field(default_factory=set)
    removed: list[bytes] = field(default_factory=list)
    _open: bytes = b"INBOX"
    _is_writable: bool = False
    _next: int = 1

    def __call__(self, talk: Talk) -> None:
        """Play it to one client."""
        obey(Command(talk, b"GREETING"), lambda: [self.greeting], self.behaviours)
        while True:
            tag, _, rest = talk.line().partition(b" ")
            name, _, arguments = rest.partition(b" ")
            if name.upper() == b"UID":
                second, _, arguments = arguments.partition(b" ")
                name += b" " + second
            self._obey(Command(talk, name.upper(), tag, arguments))

    @property
    def here(self) -> dict[int, bytes]:
        """The messages of the folder that is selected."""
        return self.messages if self._open.upper() == b"INBOX" else self.others[self._open]

    def uids(self, sequence: bytes) -> list[int]:
        """The UIDs of a sequence set that there are."""
        last = max(self.here, default=0)
        chosen: set[int] = set()
        for span in sequence.replace(b"*", b"%d" % last).split(b","):
            first, final = sorted(int(number) for number in re.findall(rb"\d+", span + b":" + span)[:2])
            chosen.update(uid for uid in self.here if first <= uid <= final)
        return sorted(chosen)

    def _obey(self, command: Command) -> None:
        special = self.replies.get(command.name)
        reply: Reply = special or getattr(self, f"_{command.name.decode().lower().replace(' ', '_')}", _unknown)

        def answered() -> list[bytes]:
            said = Said()
            reply(said, command.tag, command.arguments)  # type: ignore[arg-type]  # it only sends
            return said.pieces

        if special:
            special(command.talk, command.tag, command.arguments)
        else:
            obey(command, answered, self.behaviours)

    def _capability(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* CAPABILITY " + self.capabilities + b"\r\n")
        _ok(talk, tag)

    def _login(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" " + self.sign_in + b"\r\n")

    def _list(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        for name in (b"INBOX", *self.others):
            talk.send(b'* LIST () "/" "%s"\r\n' % name)
        _ok(talk, tag)

    def _examine(self, talk: Talk, tag: bytes, arguments: bytes, *, is_writable: bool = False) -> None:
        name = arguments.removesuffix(b" (CONDSTORE)").strip(b'"')
        if name.upper() != b"INBOX" and name not in self.others:
            talk.send(tag + b" NO [NONEXISTENT] no such folder\r\n")
            return
        self._open, self._is_writable = name, is_writable
        talk.send(b"* FLAGS ()\r\n* %d EXISTS\r\n* 0 RECENT\r\n" % len(self.here) + self._told())
        _ok(talk, tag)

    def _select(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        self._examine(talk, tag, arguments, is_writable=True)

    def _told(self) -> bytes:
        self._next = max(self._next, max(self.here, default=0) + 1)
        uid_next = self._next if self.uid_next is None else self.uid_next
        if self.selected is not None:
            return self.selected % uid_next if b"%d" in self.selected else self.selected
        validity = b"" if self.uid_validity is None else b"* OK [UIDVALIDITY %d] ok\r\n" % self.uid_validity
        return validity + b"* OK [UIDNEXT %d] ok\r\n" % uid_next

    def _status(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b'* STATUS "INBOX" (MESSAGES %d)\r\n' % len(self.messages))
        _ok(talk, tag)

    def _uid_search(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids = self.uids(arguments.removeprefix(b"UID "))
        talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n")
        _ok(talk, tag)

    def _uid_fetch(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids, _, items = arguments.partition(b" ")
        answer = self.answer if b"BODY.PEEK[]" in items else self.size_answer
        for uid in self.uids(uids):
            talk.send(answer(uid, self.here[uid]))
        _ok(talk, tag)

    def _uid_store(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        if not self._is_writable:
            talk.send(tag + b" NO [READ-ONLY] opened to read\r\n")
            return
        self.flagged.update(self.uids(arguments.partition(b" ")[0]))
        _ok(talk, tag)

    def _uid_expunge(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        self._take_out([uid for uid in self.uids(arguments) if uid in self.flagged])
        _ok(talk, tag)

    def _expunge(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        self._take_out([uid for uid in self.here if uid in self.flagged])
        _ok(talk, tag)

    _close = _expunge

    def _create(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        self.others.setdefault(arguments.strip(b'"'), {})
        _ok(talk, tag)

    def _uid_move(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids, _, folder = arguments.partition(b" ")
        to = self.others.get(folder.strip(b'"'))
        if to is None:
            talk.send(tag + b" NO [TRYCREATE] no such folder\r\n")
            return
        for uid in self.uids(uids):
            to[max(to, default=0) + 1] = self.here[uid]
        self._take_out(self.uids(uids))
        _ok(talk, tag)

    def _noop(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        _ok(talk, tag)

    _subscribe = _noop

    def _logout(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* BYE\r\n")
        _ok(talk, tag)

    def _take_out(self, uids: list[int]) -> None:
        for uid in uids:
            self.removed.append(self.here.pop(uid))
            self.flagged.discard(uid)


def _ok(talk: Talk, tag: bytes) -> None:
    talk.send(tag + b" OK done\r\n")


def _unknown(talk: Talk, tag: bytes, _arguments: bytes) -> None:
    talk.send(tag + b" BAD unknown command\r\n")
