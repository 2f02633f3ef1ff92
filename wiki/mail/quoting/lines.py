"""Lines behind ``>`` marks as blocks, so that a page can nest them. Pure, linear."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wiki.mail.quoting.marks import is_quoted

MAX_DEPTH = 20
_MARK = re.compile(r" ?(?:>[ ]?){1,200}")


@dataclass
class Block:
    """Neighbouring lines of one quoting ``depth`` (0: not marked), without their marks."""

    depth: int
    lines: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The text in order."""
    found: list[Block] = []
    for line in text.removesuffix("\n").split("\n"):
        depth, content = _depth(line)
        if not found or found[-1].depth != depth:
            found.append(Block(depth))
        found[-1].lines.append(content)
    return found


def _depth(line: str) -> tuple[int, str]:
    marks = _MARK.match(line) if is_quoted(line) else None
    if marks is None:
        return 0, line
    return min(marks[0].count(">"), MAX_DEPTH), line[marks.end() :]
