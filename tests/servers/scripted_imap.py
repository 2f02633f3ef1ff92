"""An IMAP script that is honest unless told otherwise: each lie is one field to replace."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers.scripted import Talk

FetchAnswer = Callable[[int, bytes], bytes]


def honest(uid: int, content: bytes) -> bytes:
    """The answer to UID FETCH as it should be; also what RFC822.SIZE alone is answered from."""
    head = b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "02-Feb-2024 10:11:12 +0100" BODY[] {%d}\r\n'
    return head % (uid, uid, len(content), len(content)) + content + b")\r\n"


def honest_size(uid: int, content: bytes) -> bytes:
    """The answer to UID FETCH (UID RFC822.SIZE) as it should be."""
    return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(content))


@dataclass
class ImapScript:
    """Messages by UID, and how the server speaks of them. ``talk`` through everything a client asks until it leaves."""

    messages: dict[int, bytes] = field(default_factory=dict)
    capabilities: bytes = b"IMAP4rev1 UIDPLUS MOVE"
    greeting: bytes = b"* OK ready\r\n"
    selected: bytes = b"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n"
    sign_in: bytes = b"OK welcome"
    answer: FetchAnswer = honest
    size_answer: FetchAnswer = honest_size
    replies: dict[bytes, Callable[[Talk, bytes, bytes], None]] = field(default_factory=dict)
    """Commands (as ``UID FETCH``) that are answered by something else entirely: (talk, tag, arguments)."""

    def __call__(self, talk: Talk) -> None:
        """Play it to one client."""
        talk.send(self.greeting)
        while True:
            tag, _, rest = talk.line().partition(b" ")
            name, _, arguments = rest.partition(b" ")
            if name.upper() == b"UID":
                second, _, arguments = arguments.partition(b" ")
                name += b" " + second
            reply = self.replies.get(name.upper()) or getattr(self, f"_{name.decode().lower().replace(' ', '_')}")
            reply(talk, tag, arguments)

    def _capability(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* CAPABILITY " + self.capabilities + b"\r\n")
        _ok(talk, tag)

    def _login(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" " + self.sign_in + b"\r\n")

    def _examine(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        uidnext = max(self.messages, default=0) + 1
        told = self.selected % uidnext if b"%d" in self.selected else self.selected
        talk.send(b"* FLAGS ()\r\n* %d EXISTS\r\n* 0 RECENT\r\n" % len(self.messages) + told)
        _ok(talk, tag)

    _select = _examine

    def _status(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b'* STATUS "INBOX" (MESSAGES %d)\r\n' % len(self.messages))
        _ok(talk, tag)

    def _uid_search(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids = self._in_set(arguments.removeprefix(b"UID "))
        talk.send(b"* SEARCH" + b"".join(b" %d" % uid for uid in uids) + b"\r\n")
        _ok(talk, tag)

    def _uid_fetch(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        uids, _, items = arguments.partition(b" ")
        answer = self.answer if b"BODY.PEEK[]" in items else self.size_answer
        for uid in self._in_set(uids):
            talk.send(answer(uid, self.messages[uid]))
        _ok(talk, tag)

    def _uid_store(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        _ok(talk, tag)

    def _uid_expunge(self, talk: Talk, tag: bytes, arguments: bytes) -> None:
        for uid in self._in_set(arguments):
            del self.messages[uid]
        _ok(talk, tag)

    def _logout(self, talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* BYE\r\n")
        _ok(talk, tag)

    def _in_set(self, sequence: bytes) -> list[int]:
        last = max(self.messages, default=0)
        chosen: set[int] = set()
        for span in sequence.replace(b"*", b"%d" % last).split(b","):
            first, final = sorted(int(number) for number in re.findall(rb"\d+", span + b":" + span)[:2])
            chosen.update(uid for uid in self.messages if first <= uid <= final)
        return sorted(chosen)


def _ok(talk: Talk, tag: bytes) -> None:
    talk.send(tag + b" OK done\r\n")
