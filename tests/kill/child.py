"""A fetching process that is killed at one point: ``python -m tests.kill.child DATA ACCOUNT POINT N SETTINGS``.

The points are put around the product's own functions from outside; the product knows nothing of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import settings_for
from wiki.app import create_app
from wiki.blobs import local
from wiki.blobs.local import LocalBlobStore
from wiki.jobs.progress import Silent
from wiki.mail import ingest, store
from wiki.mail.fetching import deletion, ledger, sync
from wiki.mail.transport import imap, imap_wire, pop3

# The thirteen steps of the protocol, as places in the code: (what, its name, before or after it).
IMAP_POINTS: dict[str, tuple[Any, str, str]] = {
    "after select": (imap.ImapSession, "select", "after"),
    "after fetch": (imap.ImapSession, "_fetch_batch", "iterated"),
    "after temporary write": (LocalBlobStore, "_write", "after"),
    "after file sync": (local, "_sync", "after"),
    "after rename": (LocalBlobStore, "_place", "after"),
    "after folder sync": (LocalBlobStore, "put_many", "after"),
    "inside transaction": (store, "add", "after"),
    "after commit": (ingest.Digestion, "take", "before"),
    "after digest": (ingest.Digestion, "finish", "after"),
    "after verify": (LocalBlobStore, "verify", "after"),
    "after pending": (imap.ImapSession, "delete", "before"),
    "after store": (imap_wire.ImapWire, "uid_command", "after STORE"),
    "after expunge": (imap.ImapSession, "delete", "after"),
    "after confirm": (deletion, "note_gone", "before"),
}
SHARED = (LocalBlobStore, local, store, ingest.Digestion)
POP_POINTS: dict[str, tuple[Any, str, str]] = {
    "after listing": (pop3.PopSession, "listing", "after"),
    "after fetch": (pop3.PopSession, "retrieve", "after"),
    **{
        name: point
        for name, point in IMAP_POINTS.items()
        if point[0] in (LocalBlobStore, local, store, ingest.Digestion)
    },
    "after pending": (pop3.PopSession, "mark_deleted", "before"),
    "after dele": (pop3.PopSession, "mark_deleted", "after"),
    "before quit": (pop3.PopSession, "quit", "before"),
    "after quit": (pop3.PopSession, "quit", "after"),
    "inside confirm": (ledger, "mark", "after"),
    "after confirm": (deletion, "note_gone", "before"),
}


def die() -> None:
    """Die as a process does when the power goes: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(point: tuple[Any, str, str], times: int) -> None:
    """Die at the point when it is reached the given number of times."""
    owner, name, when = point
    real: Callable[..., Any] = getattr(owner, name)
    reached = 0

    def arrive() -> None:
        nonlocal reached
        reached += 1
        if reached == times:
            die()

    def around(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            arrive()
        result = real(*args, **kwargs)
        if when == "iterated":
            return counted(result)
        if when == "after" or (when.startswith("after ") and when.removeprefix("after ") in args):
            arrive()
        return result

    def counted(items: Any) -> Any:
        for item in items:
            arrive()
            yield item

    setattr(owner, name, around)


def main() -> None:
    """Fetch once, and die on the way if the point is reached."""
    data, account, point, times, overrides = sys.argv[1:]
    settings = {**settings_for(Path(data)), **json.loads(overrides)}
    settings["MAIL_ALLOW_HOSTS"] = frozenset(settings["MAIL_ALLOW_HOSTS"])
    with create_app(settings).app_context():
        points = {**{f"pop {name}": each for name, each in POP_POINTS.items()}, **IMAP_POINTS}
        if point != "never":
            install(points[point], int(times))
        ok, result = sync.fetch(int(account), Silent())
        print(result)
        sys.exit(0 if ok else 3)


if __name__ == "__main__":
    main()
