"""Where in a text a ``Joe wrote:`` stands, on one line or wrapped over several. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wiki.mail.quoting import marks
from wiki.mail.quoting.marks import is_quoted

_WRAPPED = 4  # lines of an attribution
_TORN = 6  # lines of one that was torn apart, with empty lines in it
_TORN_END = re.compile(r">\s*(?:wrote|schrieb|écrit|a écrit|escribió|escreveu|het volgende geschreven)?\s*[:：]")

Found = dict[int, tuple[int, bool]]
"""By the first line of each: the line after it, and whether it is sure (``marks.attribution``)."""


def find(lines: Sequence[str], stripped: Sequence[str], most: int) -> Found:
    """All attributions; ``stripped`` are the lines without their blanks. Looks no further than ``most`` candidates."""
    return dict(_found(lines, stripped, most))


def is_torn(stripped: str) -> bool:
    """Whether a line is the end of an attribution that a mailer broke before a ``>``, which then looks like a mark."""
    return _TORN_END.fullmatch(stripped) is not None


def _found(lines: Sequence[str], stripped: Sequence[str], most: int) -> Iterator[tuple[int, tuple[int, bool]]]:
    left = most
    for index, line in enumerate(stripped):
        if not line or not left:
            continue
        if line[-1] in ":\uff1a":
            found = _ending(lines, stripped, index)
            left -= 1
            if found is not None:
                yield found[0], (index + 1, found[1])
        elif line[0] in "12-" and marks.is_bare_attribution(line):
            left -= 1
            yield index, (index + 1, True)


def _ending(lines: Sequence[str], stripped: Sequence[str], last: int) -> tuple[int, bool] | None:
    """Where the attribution begins that ends with line ``last``, and whether it is sure."""
    torn = is_torn(stripped[last])
    if is_quoted(lines[last]) and not torn:
        return None
    together = [last]
    for index in range(last - 1, max(-1, last - (_TORN if torn else _WRAPPED)), -1):
        if is_quoted(lines[index]) or not (stripped[index] or torn):
            break
        together.append(index)
    together.reverse()
    found = marks.attribution([stripped[index] for index in together])
    if found is None or (torn and found[0] == len(together) - 1):
        return None
    return together[found[0]], found[1]
