"""The names of entries in archives: which are refused whatever they hold, and what a name says of the content."""

from __future__ import annotations

import re
from enum import Enum

LONGEST = 4_096
OWN = ".postroom:2,"
"""In the names of the Maildirs that we write."""
_DRIVE = re.compile(r"[A-Za-z]:")
_PACKED = (".gz", ".bz2", ".xz")
_CONTAINERS = (".mbox", ".mbx", ".zip", ".tar", ".tgz", *_PACKED)


class Hint(Enum):
    """What a name says."""

    MESSAGE = "one message"
    LOOK = "only the content tells"
    NOTHING = "no mail, and nothing worth a word"


def refusal(name: str) -> str | None:
    """Why an entry of that name is refused, in a sentence; None for one that may be read.

    Nothing is ever unpacked to a path of that name. An archive that tries to lead out of its folder was made to do
    harm, though, and what it says is mail need not be.
    """
    if "\0" in name:
        return "Its name holds a NUL character."
    if "\\" in name:
        return "Its name holds a backslash."
    if name.startswith("/") or _DRIVE.match(name):
        return "Its name is an absolute path."
    if ".." in name.split("/"):
        return "Its name leads out of the archive."
    if len(name) > LONGEST:
        return "Its name is too long."
    return None


def hint(name: str) -> Hint:
    """What the name of a file, with its folders, says of the content.

    A Maildir keeps messages in ``cur`` and ``new``, and in ``tmp`` what was never delivered
    (https://cr.yp.to/proto/maildir.html). Macs put a shadow of each file under ``__MACOSX``.
    """
    *folders, last = name.split("/")
    parent = folders[-1] if folders else ""
    lower = last.casefold()
    if "__MACOSX" in folders or last.startswith("._") or not last:
        return Hint.NOTHING
    if lower.endswith(".eml") or (parent in ("cur", "new") and not lower.endswith(_CONTAINERS)):
        return Hint.MESSAGE
    if parent == "tmp" and not lower.endswith(_CONTAINERS):
        return Hint.NOTHING
    return Hint.LOOK


def unpacked_name(name: str) -> str:
    """The name without the ending that packing gave it."""
    return next((name[: -len(ending)] for ending in _PACKED if name.casefold().endswith(ending)), name)


def is_exact(name: str) -> bool:
    """Whether a file of that name is a message as it stands, even where it begins like something packed.

    Dovecot can pack the files of a Maildir under names that do not tell; an .eml file, or a Maildir of ours, is never
    packed.
    """
    last = name.rpartition("/")[2]
    return last.casefold().endswith(".eml") or OWN in last
