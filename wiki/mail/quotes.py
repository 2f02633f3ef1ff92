"""Plain text of a mail seen as blocks: what its writer wrote, what is quoted, and the signature. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 20
_MARK = re.compile(r"(?:>[ ]?){1,200}")
_SIGNATURE = re.compile(r"-- ?")
# "On Monday, Joe wrote:", in the languages and layouts of the common mailers.
_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|op|il|em|den|dnia)\b.{3,200}\b(?:wrote|schrieb|écrit|escribió|schreef|scritto|escreveu|skrev|napisał\(?a?\)?)\b.{0,80}:"
    r"|.{2,120}\b(?:wrote|writes|said|schrieb)\s*:",
    re.IGNORECASE,
)


@dataclass
class Block:
    """Neighbouring lines of one quoting ``depth`` (0: the writer's own), marks removed."""

    depth: int
    is_signature: bool = False
    lines: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The text in order; a signature reaches from its ``-- `` line to the next quote."""
    found: list[Block] = []
    for line in text.split("\n"):
        depth, content = _depth(line)
        is_signature = depth == 0 and bool(
            _SIGNATURE.fullmatch(content) or (found and found[-1].is_signature and found[-1].depth == 0)
        )
        if not found or found[-1].depth != depth or found[-1].is_signature != is_signature:
            found.append(Block(depth, is_signature))
        found[-1].lines.append(content)
    return found


def own_lines(text: str) -> Iterator[str]:
    """The lines that the writer wrote for this mail: no quotes, no "Joe wrote:", no signature."""
    for block in blocks(text):
        if block.depth or block.is_signature:
            continue
        is_attributed = False
        for line, following in zip(block.lines, [*block.lines[1:], ""], strict=True):
            # Mailers wrap the attribution, too: "On Monday, Joe <joe@example.org>" / "wrote:".
            if not is_attributed and not _is_attribution(line):
                is_attributed = bool(line.strip()) and _is_attribution(f"{line} {following}")
                if not is_attributed:
                    yield line
                continue
            is_attributed = False


def _is_attribution(text: str) -> bool:
    return _ATTRIBUTION.fullmatch(text.strip()[:400]) is not None


def _depth(line: str) -> tuple[int, str]:
    if not line.startswith(">") or line.startswith(">From "):  # the latter is what an mbox makes of "From "
        return 0, line
    marks = _MARK.match(line)
    if marks is None:
        return 0, line
    return min(marks[0].count(">"), MAX_DEPTH), line[marks.end() :]
