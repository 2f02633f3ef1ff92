"""Who writes: reads people.toml. Knows names and habits, and nothing of mail's syntax."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

PEOPLE_FILE = Path(__file__).parent / "people.toml"


@dataclass(frozen=True)
class Person:
    """Somebody (or some machine) with an address and the habits of a mail program.

    * ``wrap``: ``72`` breaks lines there, ``flowed`` is RFC 3676, ``none`` leaves them long.
    * ``zone``: hours from UTC in winter; ``summer`` says whether the clocks follow the European summer time.
    * ``threading``: ``both``, ``reply`` (In-Reply-To only) or ``references``: what the program writes into an answer.
    * ``file_names``: ``2231`` or ``2047``, how it writes a file name outside ASCII.
    * ``said``: the line above a quotation, with {name}, {date} and {time}; ``quote_mark`` stands before quoted lines.
    """

    key: str
    name: str
    address: str
    signature: str = ""
    client: str = ""
    id_form: str = "{hash}@whimbrel.test"
    charset: str = "utf-8"
    encoding: str = "8bit"
    wrap: str = "72"
    zone: float = 0.0
    summer: bool = True
    said: str = "On {date} at {time}, {name} wrote:"
    quote_mark: str = "> "
    html: bool = False
    font: str = "Georgia, serif"
    host: str = "mail.whimbrel.test"
    reply: str = "Re: "
    threading: str = "both"
    file_names: str = "2231"

    def moment(self, local: str) -> datetime:
        """An aware date and time of the sender's wall clock, written ``2026-03-02 09:14``."""
        naive = datetime.fromisoformat(local)
        hours = self.zone + (1 if self.summer and _is_summer(naive.date()) else 0)
        return naive.replace(tzinfo=timezone(timedelta(hours=hours)) if hours else UTC)


def _is_summer(day: date) -> bool:
    """European summer time, from the last Sunday of March to the last of October, to the day."""
    return _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@cache
def people() -> Mapping[str, Person]:
    """Everybody by key. Raises TypeError when people.toml says something that a Person does not have."""
    table = tomllib.loads(PEOPLE_FILE.read_text("utf-8"))
    return {key: Person(key=key, **habits) for key, habits in table.items()}
