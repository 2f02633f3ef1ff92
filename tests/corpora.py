"""Real mail that nobody of the project wrote, read from its archives and never unpacked.

``POSTROOM_CORPORA`` says where the archives are, else ``../shared/corpora`` beside the project. A test that needs one
is skipped, with a message, where it is absent.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("POSTROOM_CORPORA", PROJECT.parent / "shared" / "corpora"))

NASTY = (
    "bounces-flufl",
    "cpython-email",
    "enmime",
    "flanker",
    "mailparser-npm",
    "mikel-mail",
    "mime4j",
    "rspamd",
    "spamscope-mail-parser",
    "talon",
)
"""The archives of nasty and broken messages."""

_NO_MAIL = (
    ".md",
    ".py",
    ".png",
    ".gif",
    ".jpg",
    ".pdf",
    ".zip",
    ".au",
    ".wav",
    ".tiff",
    ".golden",
    "LICENSE",
    "NOTICE",
)


def files(archive: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of an archive; skips the test where the archive is absent."""
    path = FOLDER / f"{archive}.tar.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not there; POSTROOM_CORPORA says where the corpora are.")
    with tarfile.open(path) as opened:
        for member in opened:
            stream = opened.extractfile(member)
            if stream is not None:
                yield member.name, stream.read()


def mails(archive: str) -> Iterator[tuple[str, bytes]]:
    """The files of an archive that are mails, or what a mailbox might hold instead."""
    return ((name, content) for name, content in files(archive) if not name.endswith(_NO_MAIL))
