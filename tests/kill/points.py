"""The steps of the protocol as places in the code, where a fetching process is killed, stopped, or finds a full disk.

They are put around the product's own functions from outside; the product knows nothing of them.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from wiki.blobs import local
from wiki.blobs.file_system import FileSystem
from wiki.blobs.incoming import SpoolFile
from wiki.blobs.local import LocalBlobStore
from wiki.mail import ingest, store
from wiki.mail.fetching import deletion, ledger, pop_deletion
from wiki.mail.transport import imap, imap_wire, pop3

Point = tuple[Any, str, str]
"""What, the name of its function, and when: before it, after it, after each item of it, or after it with a word."""

DISK_POINTS: dict[str, Point] = {
    "after temporary write": (LocalBlobStore, "_write", "after"),
    "after spooling": (SpoolFile, "finish", "after"),
    "after file sync": (local, "_sync", "after"),
    "after file system sync": (FileSystem, "sync", "after"),
    "after rename": (LocalBlobStore, "_place", "after"),
    "after folder sync": (LocalBlobStore, "put_many", "after"),
    "after adopting": (LocalBlobStore, "adopt", "after"),
    "inside transaction": (store, "add", "after"),
}
ARCHIVE_POINTS: dict[str, Point] = {
    **DISK_POINTS,
    "after commit": (ingest.Digestion, "take", "before"),
    "after digest": (ingest.Digestion, "finish", "after"),
}
IMAP_POINTS: dict[str, Point] = {
    "after select": (imap.ImapSession, "select", "after"),
    "after fetch": (imap.ImapSession, "_fetch_batch", "iterated"),
    **ARCHIVE_POINTS,
    "before certificate": (deletion, "certify_folder", "before"),
    "after certificate": (deletion, "certify_folder", "after"),
    "after verify": (deletion, "verify", "after"),
    "after pending": (imap.ImapSession, "delete", "before"),
    "after store": (imap_wire.ImapWire, "uid_command", "after STORE"),
    "after expunge": (imap.ImapSession, "delete", "after"),
    "after confirm": (deletion, "note_gone", "before"),
    "after gone": (deletion, "note_gone", "after"),
}
POP_POINTS: dict[str, Point] = {
    "after listing": (pop3.PopSession, "listing", "after"),
    "after fetch": (pop3.PopSession, "retrieve", "after"),
    **ARCHIVE_POINTS,
    "before certificate": (pop_deletion, "certify_maildrop", "before"),
    "after certificate": (pop_deletion, "certify_maildrop", "after"),
    "after verify": (LocalBlobStore, "verify", "after"),
    "after pending": (pop3.PopSession, "mark_deleted", "before"),
    "after dele": (pop3.PopSession, "mark_deleted", "after"),
    "before quit": (pop3.PopSession, "quit", "before"),
    "after quit": (pop3.PopSession, "quit", "after"),
    "inside confirm": (ledger, "mark", "after"),
    "after confirm": (deletion, "note_gone", "before"),
    "after gone": (deletion, "note_gone", "after"),
}
POINTS = {**{f"pop {name}": point for name, point in POP_POINTS.items()}, **IMAP_POINTS}


def die() -> None:
    """Die as a process does when it is killed: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def stand_still() -> None:
    """Wait until somebody lets the process go on, while another mail program does what it likes."""
    os.kill(os.getpid(), signal.SIGSTOP)


def have_no_room() -> None:
    """Find the disk full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


ACTIONS = {"die": die, "stand still": stand_still, "have no room": have_no_room}


def install(point: Point, times: int, action: str = "die") -> None:
    """Do it when the point is reached the given number of times."""
    owner, attribute, when = point
    real: Callable[..., Any] = getattr(owner, attribute)
    reached = 0

    def arrive() -> None:
        nonlocal reached
        reached += 1
        if reached == times:
            ACTIONS[action]()

    def around(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            arrive()
        result = real(*args, **kwargs)
        if when == "iterated":
            return counted(result)
        if when == "after" or (when.startswith("after ") and when.removeprefix("after ") in args):
            arrive()
        return result

    def counted(items: Any) -> Iterator[Any]:
        for item in items:
            arrive()
            yield item

    setattr(owner, attribute, around)
