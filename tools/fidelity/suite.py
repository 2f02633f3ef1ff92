"""What a comparison with another project's expectations comes to."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

UNEXPLAINED = "not explained"


@dataclass(frozen=True)
class Difference:
    """A case in which we answer otherwise, why we want to, and in ``what`` where a case has several sides."""

    case: str
    reason: str
    what: str = ""


@dataclass(frozen=True)
class Suite:
    """One project's cases: how many there are, and those on which we differ.

    ``against`` is whose answers they are compared with; ``crashed`` counts those on which the parser raised.
    """

    name: str
    cases: int
    differing: tuple[Difference, ...]
    against: str = "its own expectations"
    crashed: int = 0

    @property
    def agreed(self) -> int:
        """The cases with the same answer."""
        return self.cases - len(self.differing)


def files(archive: Path) -> dict[str, bytes]:
    """Every file of an archive by its name."""
    with tarfile.open(archive) as opened:
        members = [(member.name, opened.extractfile(member)) for member in opened if member.isfile()]
        return {name: stream.read() for name, stream in members if stream is not None}


def markdown(suite: Suite) -> str:
    """The suite as a section of a page."""
    lines = [f"## {suite.name}", "", f"{suite.agreed} of {suite.cases} agree.", ""]
    if suite.differing:
        lines += ["| differs | why |", "|---|---|"]
        lines += [f"| {_differs(each)} | {each.reason} |" for each in suite.differing]
        lines.append("")
    return "\n".join(lines)


def comparable(data: bytes) -> bytes:
    """Bytes of a body without what readers decide as they like: the kind of line ends, and line ends at the end."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


def _differs(each: Difference) -> str:
    return f"{each.case}: {each.what}" if each.what else each.case
