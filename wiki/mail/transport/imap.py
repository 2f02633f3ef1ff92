"""One IMAP session: list, fetch with proof, and remove exactly what is named. The caller decides what may be removed.

Rules that keep mail: BODY.PEEK[] only, UIDs only, EXAMINE unless something is to be removed, UID EXPUNGE only, and at
the end LOGOUT, never CLOSE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from wiki.mail.transport.batches import batches, parts, uid_set
from wiki.mail.transport.channel import Channel
from wiki.mail.transport.endpoint import checked_folder
from wiki.mail.transport.errors import CannotDelete, FolderMissing, ServerMisbehaved, TransportError
from wiki.mail.transport.fetch_answers import Answer, answers, answers_by_uid, verdict
from wiki.mail.transport.imap_wire import CheckedClient, ServerSaidNo, in_plain_words, refusal
from wiki.mail.transport.list_answers import folders
from wiki.mail.transport.mailbox_names import shown
from wiki.mail.transport.protocol import (
    MOST_MODSEQ,
    MOST_UID,
    Fetched,
    FetchedMessage,
    FetchProblem,
    Folder,
    FolderStatus,
    Limits,
    NewSpool,
    Trouble,
    too_large,
)

_ITEMS = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[])"
_GMAIL_ITEMS = "(UID RFC822.SIZE INTERNALDATE X-GM-LABELS BODY.PEEK[])"
# UIDs in one command: with ten digits each still a line that every server takes (RFC 2683 section 3.2.1.5).
_COMMAND_UIDS = 100
_SIZES_AT_ONCE = 500
_SEARCH_WINDOW = 1000
_OCTETS_PER_UID = 12
_OCTETS_PER_ANSWER = 4096


class ImapSession:
    """An open, signed-in connection; made by :func:`wiki.mail.transport.connect.open_imap`."""

    def __init__(
        self, client: CheckedClient, channel: Channel, limits: Limits, new_spool: NewSpool | None = None
    ) -> None:
        self._client = client
        self._wire = client.wire
        self._channel = channel
        self._limits = limits
        self._status = FolderStatus(None, None, 0)
        self._is_writable = False
        with in_plain_words(client):
            self.supports_uidplus: bool = client.has_capability("UIDPLUS")
            self.supports_move: bool = client.has_capability("MOVE")
            self.has_labels: bool = client.has_capability("X-GM-EXT-1")
        # How many octets a message may have whose size the server does not tell.
        self._unknown_size = limits.batch_octets
        if new_spool is not None:
            self._unknown_size = limits.message_octets
            self._wire.spool_literals(new_spool, limits.batch_octets)
        self._items = _GMAIL_ITEMS if self.has_labels else _ITEMS

    @property
    def time_left(self) -> float:
        """Seconds until the total deadline ends this connection."""
        return self._channel.deadline.left

    def message_count(self) -> int:
        """How many messages are in the inbox."""
        with in_plain_words(self._client), refusal(FolderMissing()):
            return int(self._client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"])

    def folders(self, *, counts: bool = False) -> list[Folder]:
        """All folders of the account, in the server's order; with ``counts`` where LIST can bring them (RFC 5819)."""
        with in_plain_words(self._client), refusal(ServerMisbehaved()):
            return folders(*self._client.listed(counts=counts))

    def count(self, folder: str) -> int | None:
        """How many messages a folder has, by STATUS; None where the server does not say. The selected one stays so."""
        try:
            with in_plain_words(self._client), refusal(FolderMissing()):
                told = self._client.folder_status(checked_folder(folder), ["MESSAGES"]).get(b"MESSAGES")
        except FolderMissing:
            return None
        return told if isinstance(told, int) else None

    def select(self, folder: str, *, writable: bool = False) -> FolderStatus:
        """Open a folder: read-only (EXAMINE) unless ``writable``.

        Raises FolderMissing, or CannotDelete when it should be writable and is not; the session lives on.
        """
        name = checked_folder(folder)
        self._is_writable = False
        with in_plain_words(self._client), refusal(FolderMissing(f"The folder “{shown(name)}” was not found.")):
            told = self._client.open_folder(name, writable=writable)
            lasting = None if b"UIDNOTSTICKY" in told else _up_to(MOST_UID, told.get(b"UIDVALIDITY"))
            # NOMODSEQ is said where the number is not kept, and Zoho has been seen to count below zero.
            modseq = None if b"NOMODSEQ" in told else _up_to(MOST_MODSEQ, told.get(b"HIGHESTMODSEQ"))
            uidnext, count = _up_to(MOST_UID, told.get(b"UIDNEXT")), min(told[b"EXISTS"], MOST_UID)
            self._status = FolderStatus(lasting, uidnext, count, modseq)
        self._is_writable = writable
        return self._status

    def uids(self, above: int = 0) -> list[int]:
        """The UIDs greater than ``above``, ascending, asked for in windows; what is not listed need not be gone."""
        found: list[int] = []
        if not self._status.count:
            return found
        top, low, width = self._highest_uid(), above + 1, _SEARCH_WINDOW
        while low <= top:
            high = min(low + width - 1, top)
            window = {uid for uid in self._search(f"{low}:{high}") if low <= uid <= high}
            found += sorted(window)
            # UIDs may lie far apart (some servers use timestamps): wider where there is little.
            width = width * 4 if len(window) < _SEARCH_WINDOW // 4 else _SEARCH_WINDOW
            low = high + 1
        return found

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE of those the server answers for; what is omitted need not be gone."""
        found: dict[int, int] = {}
        for part in parts(uids, _SIZES_AT_ONCE):
            asked = set(part)
            given, _ = self._ask(part, "(UID RFC822.SIZE)", 0)
            for answer in given:
                if answer.uid in asked and answer.size is not None:
                    found[answer.uid] = answer.size
        return found

    def fetch(self, uids: Iterable[int]) -> Iterator[Fetched]:
        """Each message once, in the order given, several a command, verified one by one.

        An error that is raised carries the ``uid`` the session broke at; everything before it has been handed over.
        """
        for window in parts(uids, _SIZES_AT_ONCE):
            sizes = self.sizes(window)
            for batch in batches(window, sizes, self._limits):
                try:
                    for found in self._fetch_batch(batch, sizes):
                        self._wire.claim(found.content)
                        yield found
                finally:
                    self._wire.drop_unclaimed()

    def still_present(self, uids: Sequence[int]) -> set[int]:
        """Those of ``uids`` that UID SEARCH still finds in the selected folder."""
        present: set[int] = set()
        for part in parts(uids, _COMMAND_UIDS):
            present.update(set(self._search(uid_set(part))) & set(part))
        return present

    def delete(self, uids: Sequence[int]) -> None:
        """Flag and expunge exactly these, by UID EXPUNGE (RFC 4315).

        Raises CannotDelete, having removed nothing, without UIDPLUS or in a folder that was not opened ``writable``.
        When a server refuses in between, some may be removed: ask :meth:`still_present`.
        """
        if not (self.supports_uidplus and self._is_writable):
            raise CannotDelete
        for part in parts(uids, _COMMAND_UIDS):
            self._remove(uid_set(part))

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Put exactly these into another folder, made when missing: by MOVE, else by COPY and :meth:`delete`.

        Cut between the two, the other folder holds them already; moving them again puts them there twice.
        """
        name = checked_folder(folder)
        if not (self._is_writable and (self.supports_move or self.supports_uidplus)):
            raise CannotDelete
        for part in parts(uids, _COMMAND_UIDS):
            self._move_part(uid_set(part), name)

    def close(self) -> None:
        """LOGOUT, which expunges nothing, and hang up."""
        try:
            with in_plain_words(self._client):
                self._client.logout()
        except (TransportError, ServerSaidNo):
            pass
        finally:
            self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # After an error nobody knows where in the dialogue we are; hanging up removes nothing either.
        if kind is None:
            self.close()
        else:
            self._channel.close()

    def _fetch_batch(self, batch: list[int], sizes: dict[int, int]) -> Iterator[Fetched]:
        if sizes.get(batch[0], 0) > self._limits.message_octets:
            yield too_large(batch[0], sizes[batch[0]])
            return
        failure = None
        try:
            given, _ = self._ask(batch, self._items, sum(sizes.get(uid, self._unknown_size) for uid in batch))
        except TransportError as error:
            # What was complete before the connection broke is as good as any other message.
            failure, given = error, list(answers(self._wire.take("FETCH")))
        by_uid = answers_by_uid(given)
        for uid in batch:
            found = verdict(uid, by_uid.get(uid, ()), sizes.get(uid))
            if not isinstance(found, FetchedMessage):
                if failure is not None:
                    failure.uid = uid
                    raise failure
                found = self._fetch_alone(uid, sizes.get(uid))
            yield found

    def _fetch_alone(self, uid: int, size: int | None) -> Fetched:
        """The second and last try for one message."""
        try:
            given, is_refused = self._ask([uid], self._items, self._unknown_size if size is None else size)
            found = verdict(uid, answers_by_uid(given).get(uid, ()), size)
            if found is not None:
                return found
            if uid not in self.still_present([uid]):
                return FetchProblem(uid, Trouble.GONE, "The message was removed from the server meanwhile.")
        except TransportError as error:
            error.uid = uid
            raise
        if is_refused:
            return FetchProblem(uid, Trouble.REFUSED, "The server refused to hand over this message.")
        stray = next((answer.literals[0] for answer in given if answer.literals), None)
        if stray is not None or any(not answer.is_sound for answer in given):
            return FetchProblem(uid, Trouble.MALFORMED, "The server answered with something else.", stray)
        return FetchProblem(uid, Trouble.NO_CONTENT, "The server sent no content for this message.")

    def _ask(self, uids: Sequence[int], items: str, content_octets: int) -> tuple[list[Answer], bool]:
        """The answers to one FETCH, and whether the server refused it (some messages may be answered all the same)."""
        # Twice what was announced, and more for each answer's frame: enough for servers that count badly, no more.
        in_memory = min(content_octets, self._limits.batch_octets) if self._wire.new_spool else content_octets
        room = self._limits.answer_octets + 2 * in_memory + _OCTETS_PER_ANSWER * len(uids)
        is_refused = False
        with in_plain_words(self._client):
            try:
                self._wire.uid_command(
                    "FETCH", uid_set(uids), items, answer_octets=room, spooled_octets=2 * content_octets
                )
            except ServerSaidNo:
                is_refused = True
            return list(answers(self._wire.take("FETCH"))), is_refused

    def _search(self, uids: str) -> list[int]:
        room = _OCTETS_PER_UID * self._status.count + self._limits.answer_octets
        with in_plain_words(self._client), refusal(ServerMisbehaved()):
            self._wire.uid_command("SEARCH", "UID", uids, answer_octets=room)
            lines = self._wire.take("SEARCH")
            # Behind the numbers there may be a MODSEQ in parentheses (RFC 7162).
            numbers = (line.partition(b"(")[0] for line in lines if isinstance(line, bytes))
            found = (int(word) for line in numbers for word in line.split())
            return [uid for uid in found if 0 < uid <= MOST_UID]

    def _highest_uid(self) -> int:
        """Where the listing may stop: UIDNEXT, or the last message's UID should the server's UIDNEXT be behind."""
        told = (self._status.uidnext or 1) - 1
        highest = max([told, *self._search("*")])
        if not highest:
            raise ServerMisbehaved("The mail server says there is mail, but not which.")
        return highest

    def _remove(self, uids: str) -> None:
        with in_plain_words(self._client), refusal(CannotDelete("The mail server refused to delete these messages.")):
            self._wire.uid_command("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
            self._wire.uid_command("EXPUNGE", uids)

    def _move_part(self, uids: str, folder: str) -> None:
        refused = CannotDelete("The mail server refused to move these messages.")
        try:
            self._transfer(uids, folder)
        except ServerSaidNo:
            if any(existing.name == folder for existing in self.folders()):
                raise refused from None
            self._create(folder)
            with refusal(refused):
                self._transfer(uids, folder)
        if not self.supports_move:
            self._remove(uids)

    def _transfer(self, uids: str, folder: str) -> None:
        with in_plain_words(self._client):
            if self.supports_move:
                self._client.move(uids, folder)
            else:
                self._client.copy(uids, folder)

    def _create(self, folder: str) -> None:
        with in_plain_words(self._client), refusal(CannotDelete("The mail server refused to make that folder.")):
            self._client.create_folder(folder)
            # Unsubscribed, the folder would hide its mail from people's mail programs.
            with suppress(ServerSaidNo):
                self._client.subscribe_folder(folder)


def _up_to(most: int, number: int | None) -> int | None:
    """A number as the server told it, or None for one that there cannot be."""
    return number if number and 0 < number <= most else None
