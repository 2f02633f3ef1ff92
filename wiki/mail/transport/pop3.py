"""One POP3 session: list, retrieve with proof, mark, and commit by QUIT. The caller decides what may be removed.

Nothing is deleted by accident: leaving the session in any way but :meth:`PopSession.quit` deletes nothing (RFC 1939
section 6), and after an answer that did not end where its message did, the session refuses everything.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

from wiki.blobs.store import Spool, Spooled
from wiki.mail.transport.channel import Channel
from wiki.mail.transport.errors import CannotDelete, ServerMisbehaved, TransportError
from wiki.mail.transport.pop3_text import Reading
from wiki.mail.transport.pop3_wire import PopWire, ServerSaidErr, refusal
from wiki.mail.transport.protocol import (
    EMPTY,
    MOST_OCTETS,
    Content,
    Fetched,
    FetchedMessage,
    FetchProblem,
    Limits,
    NewSpool,
    PopEntry,
    Trouble,
    too_large,
)
from wiki.words import MEBIBYTE

_OCTETS_PER_LISTED = 128
_LISTING_OCTETS = 64 * MEBIBYTE


class Memory:
    """Like a Spool, for what memory has room for."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.write = self._pieces.append

    def finish(self) -> bytes:
        """All has come."""
        return b"".join(self._pieces)

    def discard(self) -> None:
        """Nobody wants it."""
        self._pieces.clear()


class PopSession:
    """An open, signed-in connection; made by :func:`wiki.mail.transport.connect.open_pop`."""

    def __init__(
        self,
        wire: PopWire,
        channel: Channel,
        limits: Limits,
        new_spool: NewSpool | None = None,
        *,
        pipelines: bool = False,
    ) -> None:
        self._wire = wire
        self._channel = channel
        self._limits = limits
        self._new_spool = new_spool
        self._pipelines = pipelines
        self._sizes: dict[int, int] = {}
        self._has_marked = False
        self._is_usable = True

    @property
    def time_left(self) -> float:
        """Seconds until the total deadline ends this connection."""
        return self._channel.deadline.left

    def message_count(self) -> int:
        """How many messages are in the maildrop (STAT)."""
        with refusal(ServerMisbehaved()):
            words = self._command("STAT").split()
        if not words or not words[0].isdigit():
            raise ServerMisbehaved
        return int(words[0])

    def listing(self) -> list[PopEntry]:
        """Every message of the maildrop, from LIST and UIDL; ids that are missing or double are said to be so."""
        room = min(_LISTING_OCTETS, _OCTETS_PER_LISTED * self.message_count())
        with refusal(ServerMisbehaved()):
            listed = self._numbered("LIST", room)
        if not all(len(words) > 1 for words in listed):
            raise ServerMisbehaved
        self._sizes = {_number(words[0]): min(_number(words[1]), MOST_OCTETS) for words in listed}
        try:
            with_ids = [words for words in self._numbered("UIDL", room) if len(words) > 1]
        except ServerSaidErr:  # UIDL is optional
            with_ids = []
        uidls = {_number(words[0]): words[1].decode("latin-1") for words in with_ids}
        times_seen = Counter(uidls.get(number) for number in self._sizes)
        return [
            PopEntry(number, uidls.get(number), size, is_unique=number in uidls and times_seen[uidls[number]] == 1)
            for number, size in self._sizes.items()
        ]

    def retrieve(self, number: int) -> Fetched:
        """The exact octets of one message of the listing, verified by its size and a clean NOOP after it.

        A size that differs is asked for once more. OUT_OF_STEP ends the session: what follows raises ServerMisbehaved,
        with no ``uid`` since it is not that message's fault.
        """
        if self._sizes[number] > self._limits.message_octets:
            return too_large(number, self._sizes[number])
        self._require_usable()
        try:
            found = self._retrieve_once(number)
            if isinstance(found, FetchProblem) and found.trouble is Trouble.WRONG_SIZE:
                if isinstance(found.content, Spooled):
                    found.content.discard()
                found = self._retrieve_once(number)
        except TransportError as error:
            error.uid = number
            raise
        return found

    def mark_deleted(self, number: int) -> None:
        """DELE: removed when, and only when, :meth:`quit` succeeds; raises CannotDelete and lives on."""
        with refusal(CannotDelete("The mail server refused to delete this message.")):
            self._command(f"DELE {number}")
        self._has_marked = True

    def quit(self) -> None:
        """QUIT; having returned, the marked messages are gone. If it raises, nobody knows which are."""
        try:
            with refusal(ServerMisbehaved("The mail server did not confirm the end of the session.")):
                self._command("QUIT")
        finally:
            self._hang_up()

    def abandon(self) -> None:
        """RSET and hang up without QUIT: nothing is deleted. Never raises a TransportError."""
        if self._is_usable and self._has_marked:
            with suppress(TransportError, ServerSaidErr):
                self._command("RSET")
        self._hang_up()

    def close(self) -> None:
        """End the session; marks that :meth:`quit` has not committed are dropped."""
        self.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, TransportError):
            self._hang_up()
        else:
            self.abandon()

    def _retrieve_once(self, number: int) -> Fetched:
        announced = self._sizes[number]
        # Guarding dots can double a message at most; the rest is for servers that announce too little.
        room = self._limits.batch_octets + 2 * announced
        self._wire.send(f"RETR {number}", *(["NOOP"] if self._pipelines else []), answer_octets=room)
        try:
            self._wire.status()
        except ServerSaidErr:
            self._is_usable = self._is_in_step()
            return FetchProblem(number, Trouble.REFUSED, "The server refused to hand over this message.")
        spool = self._spool(announced)
        try:
            shape = self._wire.text(announced, spool.write)
            is_in_step = self._is_in_step()
            content = self._read(spool.finish(), shape.reading(announced) or shape.plain_reading, announced)
        finally:
            spool.discard()
        if not is_in_step:
            self._is_usable = False
            reason = "The server's answer ended before the message did."
            return FetchProblem(number, Trouble.OUT_OF_STEP, reason, content, announced)
        if len(content) != announced:
            reason = f"The server announced {announced} octets and sent {len(content)}."
            return FetchProblem(number, Trouble.WRONG_SIZE, reason, content, announced)
        if not announced:
            return FetchProblem(number, Trouble.NO_CONTENT, EMPTY, size=announced)
        return FetchedMessage(number, content, announced)

    def _spool(self, announced: int) -> Spool | Memory:
        if self._new_spool is None or announced <= self._limits.batch_octets:
            return Memory()
        return self._new_spool()

    def _read(self, text: Content, reading: Reading, announced: int) -> Content:
        """The message in an answer's text."""
        spool = self._spool(announced)
        try:
            for piece in reading.of([text] if isinstance(text, bytes) else text.chunks()):
                spool.write(piece)
            return spool.finish()
        except BaseException:
            spool.discard()
            raise

    def _is_in_step(self) -> bool:
        """Whether the next answer is NOOP's and nothing but it: what is left of a message would show here."""
        if not self._pipelines:
            self._wire.send("NOOP")
        return self._channel.readline().startswith(b"+OK") and not self._channel.has_unread

    def _numbered(self, command: str, room: int) -> list[list[bytes]]:
        """A listing's lines cut into words, of which the first is a message number."""
        self._command(command, room)
        return [words for line in self._wire.lines() if (words := line.split(maxsplit=2))]

    def _command(self, line: str, answer_octets: int = 0) -> bytes:
        self._require_usable()
        return self._wire.command(line, answer_octets)

    def _require_usable(self) -> None:
        if not self._is_usable:
            raise ServerMisbehaved

    def _hang_up(self) -> None:
        self._is_usable = False
        self._channel.close()


def _number(digits: bytes) -> int:
    if not digits.isdigit():
        raise ServerMisbehaved
    return int(digits[:20])
