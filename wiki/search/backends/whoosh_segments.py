"""The schema of a Whoosh index, its files, and its segments as postings.

Files are read without memory maps (measured: a twentieth of the memory). A segment's reader belongs to one thread:
Whoosh's files share their position and race.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, FieldType, Schema
from whoosh.filedb.filestore import FileStorage

from wiki.search.backends.whoosh_codec import PositionsFormat
from wiki.search.backends.whoosh_generations import sync
from wiki.search.backends.whoosh_pool import Term
from wiki.search.terms import Analysed

INDEX = "MAIN"
_WASTE = 0.2
_LEAST_WASTE = 100


class TermsField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """The terms of documents that are analysed already (``wiki.search.terms``); the writer hands them to its pool."""

    def __init__(self) -> None:
        super().__init__(PositionsFormat(), analyzer=None)

    def clean(self) -> None:
        """Whoosh asks this of a field before it keeps the schema; there is nothing to clean."""


_DATES = NumericColumn("q")
_LENGTHS = NumericColumn("I")
SCHEMA = Schema(
    key=ID(stored=True),
    version=STORED(),
    space=ID(),
    kind=ID(),
    date=COLUMN(_DATES),
    length=COLUMN(_LENGTHS),
    terms=TermsField(),
)


class Storage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """Files without memory maps, and on the disk before the commit that names them."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), supports_mmap=False)
        self._path = path
        self._created: set[str] = set()
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        """A file to read, remembered in case what is in it makes Whoosh forget to close it."""
        file = super().open_file(name, **options)
        self._opened.append(file)
        return file

    def abandon(self) -> None:
        """Close all that was opened, after an error."""
        for file in self._opened:
            if not file.is_closed:
                file.close()
        self._opened.clear()

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **options: Any) -> Any:
        """A new file, remembered until the next commit."""
        self._created.add(name)
        return super().create_file(name, excl=excl, mode=mode, **options)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Whoosh commits by renaming: before it, all that was written since the last commit is made durable."""
        self.sync_created()
        super().rename_file(oldname, newname, safe=safe)
        sync(self._path)

    def sync_created(self) -> None:
        """Make durable what was written since the last commit."""
        for name in self._created:
            if (self._path / name).exists():
                sync(self._path / name)
        self._created.clear()


@dataclass(frozen=True)
class Facts:
    """What is known of each document of a segment, by its number; never changes, for a segment is written once."""

    spaces: array[int]
    kind_names: tuple[str, ...]
    kinds: bytes
    dates: array[int]
    lengths: array[int]
    total_length: int


class Leaf:
    """One segment, as ``wiki.search.matching.Postings``; deleted documents are still in it."""

    def __init__(self, storage: Storage, segment: Any) -> None:
        self.identity: str = segment.segment_id()
        self.count: int = segment.doc_count_all()
        self._files = segment.open_compound_file(storage) if segment.is_compound() else storage
        self._terms = segment.codec().terms_reader(self._files, segment)
        self._documents = segment.codec().per_document_reader(self._files, segment)

    def documents(self, term: str) -> set[int]:
        """The documents with a term."""
        matcher = self._matcher("terms", _encoded(term))
        return matcher.documents() if matcher else set()

    def positions(self, term: str, among: set[int]) -> Mapping[int, Sequence[int]]:
        """Where a term stands in some documents."""
        matcher = self._matcher("terms", _encoded(term))
        return matcher.positions(among) if matcher else {}

    def weights(self, term: str) -> Mapping[int, float]:
        """How much a term weighs in each document."""
        matcher = self._matcher("terms", _encoded(term))
        found: dict[int, float] = {}
        for numbers, weights in matcher.blocks() if matcher else ():
            found.update(zip(numbers, weights, strict=True))
        return found

    def beginning(self, prefix: str) -> Iterable[str]:
        """The terms that begin with a prefix."""
        for text in self._texts("terms", _encoded(prefix)):
            yield text.decode("utf-8", "surrogatepass")

    def frequency(self, term: str) -> int:
        """How many documents have a term, deleted ones among them."""
        try:
            return int(self._terms.doc_frequency("terms", _encoded(term)))
        except KeyError:
            return 0

    def stored(self, number: int) -> tuple[str, int]:
        """The key and version of a document."""
        fields = self._documents.stored_fields(number)
        return fields["key"], fields["version"]

    def with_key(self, key: str) -> set[int]:
        """The numbers of the documents with a key: one at most is not deleted."""
        matcher = self._matcher("key", _encoded(key))
        return matcher.documents() if matcher else set()

    def postings(self, numbers: Callable[[int], int | None]) -> Iterator[Term]:
        """Every term with its postings, for a merge: documents renumbered, without those that have no number."""
        for field, text, matcher in self._terms.postings(SCHEMA):
            flat = matcher.postings(numbers)
            if flat:
                yield field, text, flat

    def facts(self) -> Facts:
        """Read what ``Facts`` holds; takes a while for a large segment, so keep it."""
        spaces, kinds, names = array("q", bytes(8 * self.count)), bytearray(self.count), []
        for text in self._texts("space", b""):
            for number in self._matcher("space", text).documents():
                spaces[number] = int(text)
        for code, text in enumerate(self._texts("kind", b"")):
            names.append(text.decode())
            for number in self._matcher("kind", text).documents():
                kinds[number] = code
        dates = array("q", self._documents.column_reader("date", _DATES))
        lengths = array("I", self._documents.column_reader("length", _LENGTHS))
        return Facts(spaces, tuple(names), bytes(kinds), dates, lengths, sum(lengths))

    def close(self) -> None:
        """Let go of the files."""
        self._terms.close()
        self._documents.close()
        if hasattr(self._files, "close"):
            self._files.close()

    def _matcher(self, field: str, text: bytes) -> Any:
        if (field, text) not in self._terms:
            return None
        return self._terms.matcher(field, text, SCHEMA[field].format)

    def _texts(self, field: str, prefix: bytes) -> Iterator[bytes]:
        terms = self._terms.terms_from(field, prefix)
        return (text for _field, text in takewhile(lambda term: term[0] == field and term[1].startswith(prefix), terms))


def postings_of(analysed: Analysed) -> Iterator[tuple[bytes, float, bytes]]:
    """Text, weight and value of each term of a document."""
    encode = PositionsFormat.encode
    for term, posting in analysed.postings.items():
        yield term.encode("utf-8", "surrogatepass"), posting.weight, encode(posting.positions)


def is_wasteful(count: int, deleted: int) -> bool:
    """Whether a segment of ``count`` documents has so many deleted ones that writing it anew is worth the time."""
    return deleted > max(_WASTE * count, _LEAST_WASTE)


def _encoded(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")
