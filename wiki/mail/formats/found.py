"""What readers of mailboxes give: messages, and word of everything that is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wiki.blobs.store import Spooled

Position = tuple[int | str, ...]
"""Where reading can go on: the entry of the outermost archive or folder first, last the offset in a mailbox and
whether its separators have dates."""


class Fate(StrEnum):
    """What becomes of something that was found."""

    MESSAGE = "message"
    SET_ASIDE = "set aside"
    REFUSED = "refused"
    PASSED_OVER = "passed over"


@dataclass(frozen=True)
class Found:
    """Something in a mailbox, an archive or a folder.

    ``position`` is where reading goes on behind it, ``done`` how many bytes of the outermost file lie behind. A
    ``MESSAGE`` has its exact ``content``, in a file where that is large; everything else has a ``reason``, a sentence.
    ``SET_ASIDE`` is a message that cannot be taken, ``REFUSED`` an entry that may do harm or is damaged,
    ``PASSED_OVER`` a file that holds no mail.
    """

    fate: Fate
    position: Position
    name: str = ""
    content: bytes | Spooled = b""
    internal_date: datetime | None = None
    reason: str = ""
    size: int = 0
    done: int = 0

    def inside(self, entry: int | str, name: str) -> Found:
        """The same, seen from outside of the entry that it was found in."""
        full = f"{name}: {self.name}" if self.name else name
        return replace(self, position=(entry, *self.position), name=full)


class NotMail(Exception):
    """A file holds no mail; the message is a sentence for the person."""
