"""What the rest of the mail room may ask of a mail server: the values and the two protocols, nothing else.

IMAP and POP3 differ in what matters to an archive, so they are two protocols: IMAP has folders and UIDs that last as
long as UIDVALIDITY does; POP3 has one maildrop, numbers that last one session, and deletes only at QUIT.
Every method may raise a :class:`~wiki.mail.transport.errors.TransportError`; then the session is over, except where the
method says that it lives on.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType

from wiki.blobs.store import Spool, Spooled
from wiki.mail.message import LargeMessage, RawMessage, Received
from wiki.mail.transport.mailbox_names import shown
from wiki.words import MEBIBYTE

Content = bytes | Spooled
"""The octets of a message: in memory, or in a file where they are more than ``Limits.batch_octets``."""

NewSpool = Callable[[], Spool]
"""Where octets go that are too many for memory; without one, everything is kept in memory."""

MOST_UID = 2**32 - 1
"""UIDs, UIDVALIDITY, UIDNEXT and counts end here (RFC 9051, "number"); a server that says more says nothing."""
MOST_MODSEQ = 2**63 - 1
"""Where mod-sequences end (RFC 7162)."""
MOST_OCTETS = 2**31 - 1
"""A size that is announced as more is taken for this: nobody's message, and what every database can keep."""

EMPTY = "The server sent a message without a single octet, which no message is."


@dataclass(frozen=True)
class Limits:
    """Octets and counts that bound what one command may bring. A larger message is reported, never fetched."""

    message_octets: int = 100 * MEBIBYTE
    batch_octets: int = 8 * MEBIBYTE
    batch_messages: int = 100
    answer_octets: int = 4 * MEBIBYTE


@dataclass(frozen=True)
class Folder:
    r"""A folder as the server lists it; ``role`` is its special use (RFC 6154) in lower case, ``\all``, or empty.

    ``name`` leads back to it whatever the server calls it; people are shown ``label``. ``count`` is its number of
    messages where the server tells it in the same answer.
    """

    name: str
    delimiter: str | None
    is_selectable: bool
    role: str = ""
    count: int | None = None

    @property
    def label(self) -> str:
        """The name for people."""
        return shown(self.name)


@dataclass(frozen=True)
class FolderStatus:
    """What selecting a folder told. ``uidvalidity`` is None where the server has none or its UIDs do not last.

    ``highest_modseq`` grows with every change in the folder (RFC 7162); None where the server keeps no such number.
    """

    uidvalidity: int | None
    uidnext: int | None
    count: int
    highest_modseq: int | None = None


class Trouble(StrEnum):
    """Why a message could not be taken."""

    GONE = "gone"
    """Neither fetched nor found: somebody else removed it meanwhile. The only one that asks for no quarantine."""
    NO_CONTENT = "no content"
    """The server knows the message and gives no octets for it."""
    WRONG_SIZE = "wrong size"
    """The octets are not as many as the server says."""
    MALFORMED = "malformed"
    """The answer is not one message with one content."""
    REFUSED = "refused"
    """The server said no to this one message."""
    TOO_LARGE = "too large"
    """More than ``Limits.message_octets``; not fetched."""
    OUT_OF_STEP = "out of step"
    """POP3: the answer ended before the message did; this session is over."""


@dataclass(frozen=True)
class FetchedMessage:
    r"""One message whose octets passed every check.

    ``uid`` is IMAP's UID; for POP3 it is the message number, which means nothing after this session.
    ``size`` equals ``len(content)`` and what the server announced. ``internal_date`` is aware, UTC.
    ``labels`` are Gmail's, decoded, its own with their backslash (``\Inbox``); the label of the selected folder is
    not among them.
    """

    uid: int
    content: Content
    size: int
    internal_date: datetime | None = None
    labels: tuple[str, ...] = ()

    @property
    def received(self) -> Received:
        """The message without what only its server says of it; a file is from now on the receiver's to remove."""
        if isinstance(self.content, bytes):
            return RawMessage(self.content, self.internal_date)
        return LargeMessage(self.content.path, self.content.size, self.content.sha256, self.internal_date)


@dataclass(frozen=True)
class FetchProblem:
    """A message that must not be taken as archived, nor ever deleted on the server for our sake.

    ``content`` is what came, for the quarantine, where anything did. ``reason`` is one sentence for a person.
    ``size`` is what the server announced, where it did.
    """

    uid: int
    trouble: Trouble
    reason: str
    content: Content | None = None
    size: int | None = field(default=None, compare=False)


Fetched = FetchedMessage | FetchProblem


def only_hash(fetched: Fetched) -> str | None:
    """The hash of a message that nobody wants to keep, whose file, if it has one, is removed; None for a problem."""
    if isinstance(fetched.content, Spooled):
        fetched.content.discard()
    return fetched.received.sha256 if isinstance(fetched, FetchedMessage) else None


def too_large(uid: int, size: int) -> FetchProblem:
    """The report of a message that is beyond ``Limits.message_octets``."""
    return FetchProblem(uid, Trouble.TOO_LARGE, f"The message has {size} octets, which is too many.", size=size)


@dataclass(frozen=True)
class PopEntry:
    """A message of this POP3 session: its number, its unique id where the server gives one, its octets as LIST says.

    ``is_unique`` is False where there is no unique id or another message of the listing has the same.
    """

    number: int
    uidl: str | None
    size: int
    is_unique: bool


class MailTransport(typing.Protocol):
    """An open, signed-in connection; a context manager that ends it without deleting anything not yet confirmed."""

    @property
    def time_left(self) -> float:
        """Seconds until the total deadline ends this connection."""

    def message_count(self) -> int:
        """How many messages are in the inbox."""

    def close(self) -> None:
        """End the session politely if it still can be; never raises a TransportError."""

    def __enter__(self) -> typing.Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class ImapTransport(MailTransport, typing.Protocol):
    """An IMAP session (RFC 3501 and 9051)."""

    @property
    def supports_uidplus(self) -> bool:
        """Whether single messages can be expunged (RFC 4315)."""

    @property
    def supports_move(self) -> bool:
        """Whether messages can be moved in one step (RFC 6851)."""

    @property
    def has_labels(self) -> bool:
        """Whether this is Gmail, where a folder is a label and one message may have several (X-GM-EXT-1)."""

    def folders(self, *, counts: bool = False) -> list[Folder]:
        """All folders of the account, in the server's order; with ``counts`` where LIST can bring them (RFC 5819)."""

    def count(self, folder: str) -> int | None:
        """How many messages a folder has, without opening it; None where the server does not say."""

    def select(self, folder: str, *, writable: bool = False) -> FolderStatus:
        """Open a folder: read-only (EXAMINE) unless ``writable``; raises FolderMissing or CannotDelete and lives on."""

    def uids(self, above: int = 0) -> list[int]:
        """The UIDs greater than ``above``, ascending (asked for in windows); what is not listed need not be gone."""

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE of those the server answers for; what is omitted need not be gone."""

    def fetch(self, uids: Iterable[int]) -> Iterator[Fetched]:
        """Each message once, in the order given, verified one by one; an error carries the ``uid`` it broke at."""

    def still_present(self, uids: Sequence[int]) -> set[int]:
        """Those of ``uids`` that UID SEARCH still finds in the selected folder."""

    def delete(self, uids: Sequence[int]) -> None:
        """Flag and expunge exactly these; raises CannotDelete, having removed nothing, where that is impossible."""

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Put exactly these into another folder, made when missing; raises CannotDelete where that is impossible."""


class PopTransport(MailTransport, typing.Protocol):
    """A POP3 session (RFC 1939). Nothing is deleted before :meth:`quit` has returned."""

    def listing(self) -> list[PopEntry]:
        """Every message of the maildrop."""

    def retrieve(self, number: int) -> Fetched:
        """The exact octets of one message of the listing, verified by its size and a clean NOOP after it."""

    def mark_deleted(self, number: int) -> None:
        """DELE: removed when, and only when, :meth:`quit` succeeds; raises CannotDelete and lives on."""

    def quit(self) -> None:
        """QUIT; having returned, the marked messages are gone. If it raises, nobody knows which are."""

    def abandon(self) -> None:
        """RSET and hang up without QUIT: nothing is deleted. Never raises a TransportError."""
