"""How mail servers misbehave, each way one small value; several of them make a script's ``behaviours``.

``on`` says for which commands, ``once`` and ``in_connection`` when; the others say what happens then.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.servers.scripted import Behaviour, Command, Cut, Honest

_LITERAL = re.compile(rb"\{\d+\}\r\n")
_SOME = 64 * 1024


def on(name: bytes, behaviour: Behaviour, *, having: bytes = b"") -> Behaviour:
    """Only for this command, and only where its arguments contain something."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        is_meant = command.name == name and having in command.arguments
        return behaviour(command, honest) if is_meant else honest()

    return behave


def in_connection(number: int, behaviour: Behaviour) -> Behaviour:
    """Only in the n-th connection that the server has had, counted from 1."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        return behaviour(command, honest) if command.talk.number == number else honest()

    return behave


class Fault:
    """The same behaviour, and ``times``: how often it spoke otherwise than an honest server would have."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.times = 0

    def __call__(self, command: Command, honest: Honest) -> list[bytes]:
        """Behave."""
        asked: list[list[bytes]] = []

        def noted() -> list[bytes]:
            asked.append(honest())
            return list(asked[-1])

        pieces = self._behaviour(command, noted)
        self.times += [pieces] != asked
        return pieces


def once(behaviour: Behaviour) -> Behaviour:
    """Only the first time; inside ``on``, the first time for that command."""
    has_happened = False

    def behave(command: Command, honest: Honest) -> list[bytes]:
        nonlocal has_happened
        if has_happened:
            return honest()
        has_happened = True
        return behaviour(command, honest)

    return behave


def first(happening: Callable[[], object]) -> Behaviour:
    """Let something happen to the mailbox before the command is obeyed."""

    def behave(_command: Command, honest: Honest) -> list[bytes]:
        happening()
        return honest()

    return behave


def then(happening: Callable[[], object]) -> Behaviour:
    """Let something happen to the mailbox after the command was obeyed."""

    def behave(_command: Command, honest: Honest) -> list[bytes]:
        pieces = honest()
        happening()
        return pieces

    return behave


def saying(octets: bytes) -> Behaviour:
    """Do nothing and say this; ``<tag>`` stands for the command's."""
    return lambda command, _honest: [octets.replace(b"<tag>", command.tag)]


def changing(change: Callable[[bytes], bytes]) -> Behaviour:
    """Send every piece of the honest answer changed."""
    return lambda _command, honest: [change(piece) for piece in honest()]


def in_front(octets: bytes) -> Behaviour:
    """Say something unasked before each answer, as soon as the client has been greeted."""
    return lambda command, honest: honest() if command.name == b"GREETING" else [octets, *honest()]


def in_between(octets: bytes) -> Behaviour:
    """Say something unasked after each untagged answer, as soon as the client has been greeted."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        *untagged, last = honest()
        return [last] if command.name == b"GREETING" else [piece + octets for piece in untagged] + [last]

    return behave


def backwards(_command: Command, honest: Honest) -> list[bytes]:
    """Send the untagged answers last first."""
    *untagged, last = honest()
    return [*reversed(untagged), last]


def in_lower_case(command: Command, honest: Honest) -> list[bytes]:
    """Say everything but tags, names of folders and messages in lower case."""
    return [_lower(piece, command.tag) for piece in honest()]


def _lower(piece: bytes, tag: bytes) -> bytes:
    if tag and piece.startswith(tag):
        return tag + piece[len(tag) :].lower()
    literal = _LITERAL.search(piece)
    return piece[: literal.end()].lower() + piece[literal.end() :] if literal else piece.lower()


def silent(command: Command, _honest: Honest) -> list[bytes]:
    """Do nothing and say nothing, for as long as the test lasts."""
    command.talk.stay_silent()
    raise Cut


def dripping(seconds: float) -> Behaviour:
    """Give the honest answer one octet at a time."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        for piece in honest():
            command.talk.drip(piece, seconds)
        return []

    return behave


def flooding(octets: bytes) -> Behaviour:
    """Say the same thing for ever."""

    def behave(command: Command, _honest: Honest) -> list[bytes]:
        while True:
            command.talk.send(octets * (_SOME // len(octets) + 1))

    return behave


def hanging_up(_command: Command, _honest: Honest) -> list[bytes]:
    """Hang up instead of obeying."""
    raise Cut


def hanging_up_afterwards(_command: Command, honest: Honest) -> list[bytes]:
    """Obey, and hang up without saying so."""
    honest()
    raise Cut


def goodbye(command: Command, _honest: Honest) -> list[bytes]:
    """End the session in IMAP's own way."""
    command.talk.send(b"* BYE the server is shutting down\r\n")
    raise Cut


def leaving_out(uid: int) -> Behaviour:
    """IMAP: never mention this UID in an answer to FETCH or SEARCH."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        if command.name == b"UID SEARCH":
            return [re.sub(rb"(?<=\* SEARCH)[ \d]*", lambda found: _without(uid, found[0]), each) for each in honest()]
        return [piece for piece in honest() if b"FETCH (UID %d " % uid not in piece]

    return behave


def _without(uid: int, uids: bytes) -> bytes:
    return b"".join(b" " + word for word in uids.split() if int(word) != uid)


def answering_about(uid: int, lie: Callable[[int, bytes], bytes], content: bytes) -> Behaviour:
    """IMAP: tell a lie where the content of this message is asked for."""

    def behave(command: Command, honest: Honest) -> list[bytes]:
        pieces = honest()
        if command.name != b"UID FETCH" or b"BODY.PEEK[" not in command.arguments:
            return pieces
        return [lie(uid, content) if b"FETCH (UID %d " % uid in piece else piece for piece in pieces]

    return behave
