"""An importing process that is killed at one point: ``python -m tests.kill.import_child DATA IMPORT POINT N``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.conftest import settings_for
from tests.kill.points import install
from wiki.app import create_app
from wiki.blobs import local
from wiki.blobs.local import LocalBlobStore
from wiki.jobs.progress import Silent
from wiki.mail import ingest, store
from wiki.mail.importing import transfer

POINTS: dict[str, tuple[Any, str, str]] = {
    "before the blobs": (LocalBlobStore, "put_many", "before"),
    "among the blobs": (local.LocalBlobStore, "_place", "after"),
    "after the blobs": (LocalBlobStore, "put_many", "after"),
    "inside the transaction": (store, "add", "after"),
    "before parsing": (ingest.Digestion, "take", "before"),
    "after parsing": (ingest.Digestion, "take", "after"),
}


def main() -> None:
    """Import, and die on the way if the point is reached; prints the result and the memory that it took (kB)."""
    data, import_id, point, times = sys.argv[1:]
    with create_app(settings_for(Path(data))).app_context():
        if point != "never":
            install(POINTS[point], int(times))
        print(transfer.run(int(import_id), Silent()))
        print(_most_memory())


def _most_memory() -> int:
    """The highest resident size of this process in kB; getrusage would give the parent's while that is higher."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])


if __name__ == "__main__":
    main()
