"""Numbers and lists as people write them, for pages, commands and the record alike. Knows nothing else."""

from __future__ import annotations

from collections.abc import Sequence

MEBIBYTE = 1024 * 1024
_STEPS = ((1024 * MEBIBYTE, "GB"), (MEBIBYTE, "MB"), (1024, "kB"))


def size(value: int) -> str:
    """A number of bytes as people read it: ``482 bytes``, ``1.4 MB``."""
    for step, unit in _STEPS:
        if value >= step:
            return f"{value / step:.1f} {unit}"
    return "1 byte" if value == 1 else f"{value} bytes"


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 message``, ``2,310 messages``."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def joined(values: Sequence[str]) -> str:
    """A list in a sentence: ``INBOX, Sent and Work``; nothing gives ''."""
    return " and ".join(part for part in (", ".join(values[:-1]), *values[-1:]) if part)
