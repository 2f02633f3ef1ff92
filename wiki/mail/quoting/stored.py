"""The ranges of a message's text as its row keeps them, and what search asks of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from wiki.mail.quoting.ranges import Kind, Range, ranges

Stored = Sequence[tuple[str, int]]
"""``(kind, end)`` of each range: one begins where the one before ends. Empty: not told apart yet, or no text."""

_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|doorst|vb|pd|i|пересл)\s*:", re.IGNORECASE)


class Split(NamedTuple):
    """A text as search weighs it: what is new, and what was carried along."""

    new: str
    rest: str


def to_store(text: str, subject: str) -> Stored:
    """Tell a message's text apart."""
    return [(each.kind.value, each.end) for each in ranges(text, is_forwarded=passes_on(subject))]


def passes_on(subject: str) -> bool:
    """Whether a mail of that subject passes another on, and does not answer one."""
    return _FORWARDED.match(subject) is not None


def stored_ranges(stored: Stored, text: str) -> tuple[Range, ...]:
    """The ranges of ``text`` as they were stored; a row from before ranges were stored is told apart here."""
    ends = [0, *(end for _kind, end in stored)]
    if ends[-1] != len(text):
        return ranges(text)
    return tuple(
        Range(Kind(kind), start, end) for (kind, _end), (start, end) in zip(stored, pairwise(ends), strict=True)
    )


def split(text: str, found: Sequence[Range]) -> Split:
    """The new text, and the rest, each character in one of them."""
    new = "".join(text[each.start : each.end] for each in found if each.kind is Kind.NEW)
    rest = "".join(text[each.start : each.end] for each in found if each.kind is not Kind.NEW)
    return Split(new, rest)
