"""How values are written for people, in every theme alike."""

from __future__ import annotations

from datetime import datetime

STEPS = ((1024**3, "GB"), (1024**2, "MB"), (1024, "kB"))


def moment(value: datetime | None) -> str:
    """A date with its time: ``22 Nov 2026, 14:05`` (UTC)."""
    return f"{value.day} {value:%b %Y, %H:%M}" if value else ""


def day(value: datetime | None) -> str:
    """A date alone: ``22 Nov 2026``."""
    return f"{value.day} {value:%b %Y}" if value else ""


def size(value: int) -> str:
    """A number of bytes as people read it: ``482 bytes``, ``1.4 MB``."""
    for step, unit in STEPS:
        if value >= step:
            return f"{value / step:.1f} {unit}"
    return "1 byte" if value == 1 else f"{value} bytes"


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 message``, ``2,310 messages``."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


FILTERS = {"moment": moment, "day": day, "size": size, "count": count}
