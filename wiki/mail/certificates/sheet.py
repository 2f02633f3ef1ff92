"""A certificate as it grows: findings in, sums and the lines that people need out. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from wiki.mail.certificates.comparison import ALARMS, GONE, UNEXPLAINED, Finding, Kind

MOST_OF_A_KIND = 50
# What people need to see first: what is wrong, then what is not archived, then the rest that has a story.
_WORTH_A_LINE = (*sorted(ALARMS), Kind.LOST, Kind.SET_ASIDE, Kind.HELD, Kind.PURGED, Kind.DUPLICATE)


class Sheet:
    """The counts of a comparison, its first lines of each kind, and its digest."""

    def __init__(self) -> None:
        self.counts: Counter[Kind] = Counter()
        self.hashes_read = 0
        self._trouble: list[str] = []
        self._lines: dict[Kind, list[dict[str, object]]] = {}
        self._digest = hashlib.sha256()

    def add(self, findings: Iterable[Finding]) -> None:
        """Count messages, and keep the first of each kind."""
        for finding in findings:
            entry = finding.entry
            self.counts[finding.kind] += 1
            named = (finding.kind, finding.where, entry.size if entry else "", (entry and entry.sha256) or "")
            self._digest.update("\t".join(map(str, named)).encode() + b"\n")
            self._keep(finding.kind, finding.where, finding.text, entry.message_id if entry else None)

    def add_not_listed(self, number: int) -> None:
        """Count messages that the server says it has and never lists."""
        if number:
            self.counts[Kind.NOT_LISTED] += number
            self._digest.update(f"{Kind.NOT_LISTED}\t{number}\n".encode())
            self._keep(Kind.NOT_LISTED, "", f"The server says that it has {number:,} more than it lists.", None)

    def add_trouble(self, sentence: str) -> None:
        """Note something that makes the whole comparison worth nothing: it is not clean."""
        self._trouble.append(sentence)
        self._digest.update(f"{sentence}\n".encode())

    def columns(self) -> dict[str, object]:
        """The sums and lines of a certificate's row."""
        unexplained = sum(self.counts[kind] for kind in UNEXPLAINED)
        return {
            "on_server": sum(number for kind, number in self.counts.items() if kind not in GONE),
            "archived": self.counts[Kind.ARCHIVED],
            "duplicates": self.counts[Kind.DUPLICATE],
            "set_aside": self.counts[Kind.SET_ASIDE],
            "held": self.counts[Kind.HELD],
            "purged": self.counts[Kind.PURGED],
            "arrived": self.counts[Kind.ARRIVED],
            "unexplained": unexplained,
            "gone_here": self.counts[Kind.GONE_HERE] + self.counts[Kind.COPY_LOST],
            "gone_elsewhere": self.counts[Kind.GONE_ELSEWHERE] + self.counts[Kind.LOST],
            "hashes_read": self.hashes_read,
            "is_clean": not self._trouble and not any(self.counts[kind] for kind in ALARMS),
            "differences": [
                *({"kind": "trouble", "where": "", "text": text, "message": None} for text in self._trouble),
                *(line for kind in _WORTH_A_LINE for line in self._lines.get(kind, [])),
            ],
            "digest": self._digest.hexdigest(),
        }

    def _keep(self, kind: Kind, where: str, text: str, message_id: int | None) -> None:
        lines = self._lines.setdefault(kind, [])
        if len(lines) < MOST_OF_A_KIND:
            lines.append({"kind": kind.value, "where": where, "text": text, "message": message_id})
