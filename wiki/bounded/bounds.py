"""How much a child may take, and what it says to its parent when it has taken too much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wiki.words import MEBIBYTE, count


@dataclass(frozen=True)
class Bounds:
    """The limits of one request, and of what one process is used for before another takes its place.

    ``seconds`` by the clock on the wall and of the processor alike; ``memory`` is of the address space, the
    interpreter's own included; ``answer``, ``memory`` and ``file_bytes`` (the longest file that it may write) are
    in bytes. ``requests`` and ``taken`` (bytes of requests) are what a child serves before it makes room for a new
    one, so that no leak of a library adds up.
    """

    seconds: int = 60
    memory: int = 512 * MEBIBYTE
    answer: int = 128 * MEBIBYTE
    file_bytes: int = 0
    requests: int = 50_000
    taken: int = 512 * MEBIBYTE


class Reason(StrEnum):
    """Why a request has no answer."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"
    ANSWER = "answer"
    FAILED = "failed"


class Exhausted(Exception):
    """A request took more than its bounds, or ended the child; the text is a sentence for people."""

    def __init__(self, reason: Reason, bounds: Bounds) -> None:
        self.reason = reason
        sentences = {
            Reason.TIME: f"It took longer than {count(bounds.seconds, 'second')}.",
            Reason.MEMORY: f"It needed more than {bounds.memory // MEBIBYTE} MB of memory.",
            Reason.CRASH: "It made the program that read it stop.",
            Reason.ANSWER: f"What came out of it was more than {bounds.answer // MEBIBYTE} MB.",
            Reason.FAILED: "The program that read it did not know what to do with it.",
        }
        super().__init__(sentences[reason])


class NotStarted(Exception):
    """No child can be started on this machine now: nothing has been said about any request."""
