"""How values are written for people, in every theme alike."""

from __future__ import annotations

from datetime import datetime

from wiki.words import count, size


def moment(value: datetime | None) -> str:
    """A date with its time: ``22 Nov 2026, 14:05`` (UTC)."""
    return f"{value.day} {value:%b %Y, %H:%M}" if value else ""


def day(value: datetime | None) -> str:
    """A date alone: ``22 Nov 2026``."""
    return f"{value.day} {value:%b %Y}" if value else ""


FILTERS = {"moment": moment, "day": day, "size": size, "count": count}
