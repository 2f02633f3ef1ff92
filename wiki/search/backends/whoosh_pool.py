"""Gathers the postings of a segment that is being written; when there are many, in sorted files beside it.

Whoosh sorts every posting as a tuple of its own and pickles them one by one. Documents come in rising order, so it is
enough to keep a list for each term and to sort the terms: half the time, and a fraction of the memory.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

Flat = list[int | float | bytes]
"""Document, weight and value of one posting after another, in one list."""

Term = tuple[str, bytes, Flat]
"""Field, text, and the postings."""

LIMIT = 2_000_000
"""Postings held in memory, about 100 bytes each."""

_CHUNK = 1_000  # terms written and read at once


class Pool:
    """What Whoosh's writer asks of its pool of postings, and the same for many at once."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._fields: defaultdict[str, defaultdict[bytes, Flat]] = defaultdict(lambda: defaultdict(list))
        self._count = 0
        self._runs: list[Path] = []

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Add one posting; the documents of a term must come in rising order."""
        field, text, number, weight, value = item
        self._fields[field][text] += (number, weight, value)
        self._count += 1
        if self._count >= self._limit:
            self._spill()

    def take(self, field: str, number: int, postings: Iterable[tuple[bytes, float, bytes]]) -> None:
        """Add all terms of a document, as text, weight and value."""
        terms = self._fields[field]
        for text, weight, value in postings:
            terms[text] += (number, weight, value)
            self._count += 1
        if self._count >= self._limit:
            self._spill()

    def extend(self, field: str, text: bytes, postings: Sequence[int | float | bytes]) -> None:
        """Add the postings of a term in a document or many."""
        self._fields[field][text] += postings
        self._count += len(postings) // 3
        if self._count >= self._limit:
            self._spill()

    def iter_postings(self) -> Iterator[Term]:
        """Every term once, sorted by field and text, with all its postings."""
        runs = [*map(_read, self._runs), self._sorted()]
        if len(runs) == 1:
            yield from runs[0]
            return
        # A stable merge: what was added first comes first, so the documents of a term stay in order.
        for (field, text), group in groupby(merge(*runs, key=_name), key=_name):
            flat: Flat = []
            for _field, _text, postings in group:
                flat += postings
            yield field, text, flat

    def cleanup(self) -> None:
        """Forget everything."""
        self._fields.clear()
        for path in self._runs:
            path.unlink(missing_ok=True)
        self._runs.clear()

    def _sorted(self) -> Iterator[Term]:
        for field in sorted(self._fields):
            terms = self._fields[field]
            for text in sorted(terms):
                yield field, text, terms[text]

    def _spill(self) -> None:
        path = self._folder / f"{len(self._runs)}.terms"
        with path.open("wb") as file:
            chunk: list[Term] = []
            for term in self._sorted():
                chunk.append(term)
                if len(chunk) == _CHUNK:
                    marshal.dump(chunk, file)
                    chunk = []
            marshal.dump(chunk, file)
            marshal.dump(None, file)
        self._runs.append(path)
        self._fields.clear()
        self._count = 0


def _name(term: Term) -> tuple[str, bytes]:
    return term[0], term[1]


def _read(path: Path) -> Iterator[Term]:
    with path.open("rb") as file:
        yield from _terms(file)


def _terms(file: BinaryIO) -> Iterator[Term]:
    while (chunk := marshal.load(file)) is not None:  # noqa: S302 - written a moment ago by this very object
        yield from chunk
