"""Segments made side by side in child processes: a great many documents take all cores, and no memory of the parent.

Each chunk of documents becomes a segment of its own; the parent names them all in one commit. A segment that no
commit names is removed by the next one, so a child may be lost at any moment.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from whoosh.codec.whoosh3 import W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from wiki.bounded.child import Bounds, Child, Exhausted, Outcome
from wiki.search.backend import SearchUnavailable
from wiki.search.backends.whoosh_codec import BlockCodec
from wiki.search.backends.whoosh_segments import INDEX, SCHEMA, Storage
from wiki.search.backends.whoosh_writer import Writer
from wiki.search.document import SearchDocument
from wiki.words import MEBIBYTE

MAKERS = 2
CHUNK_DOCUMENTS = 4_000
CHUNK_CHARACTERS = 16_000_000
_LEAST = 500  # documents that are worth a segment of their own
_BOUNDS = Bounds(seconds=600, memory=1024 * MEBIBYTE, file_bytes=4096 * MEBIBYTE)
_SCRATCH = "maker-"


class Makers:
    """Takes documents and gives the segments that hold them; a key may come only once."""

    def __init__(self, path: Path) -> None:
        """Make segments in the folder of a generation, of which the caller is the only writer."""
        self._path = path
        self._clear()
        self._children = [Child(f"{__name__}:make", _BOUNDS) for _ in range(MAKERS)]
        self._busy: list[Future[list[Outcome]]] = []
        self._segments: list[Any] = []
        self._documents: list[dict[str, object]] = []
        self._characters = 0
        self._begun = 0

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add documents; waits while all children are busy."""
        for document in documents:
            self._documents.append({**vars(document), "date": document.date.timestamp()})
            self._characters += len(document.body)
            if len(self._documents) >= CHUNK_DOCUMENTS or self._characters >= CHUNK_CHARACTERS:
                self._hand_out(self._taken())

    def finish(self) -> Sequence[Any]:
        """The segments of all documents, durable but in no commit yet. Raises SearchUnavailable."""
        rest = self._taken()
        share = max(_LEAST, -(-len(rest) // MAKERS))
        for start in range(0, len(rest), share):
            self._hand_out(rest[start : start + share])
        while self._busy:
            self._collect()
        return self._segments

    def _taken(self) -> list[dict[str, object]]:
        documents, self._documents, self._characters = self._documents, [], 0
        return documents

    def _hand_out(self, documents: list[dict[str, object]]) -> None:
        if len(self._busy) == MAKERS:
            self._collect()
        request = json.dumps({"path": str(self._path), "documents": documents}).encode()
        # They are asked in turn, so the one that is asked now is the one that was waited for.
        self._busy.append(self._children[self._begun % MAKERS].begin([request]))
        self._begun += 1

    def _collect(self) -> None:
        (outcome,) = self._busy.pop(0).result()
        if isinstance(outcome, Exhausted):
            raise SearchUnavailable(f"A part of the search index could not be written: {outcome}")
        told = json.loads(outcome)
        segment = W3Segment(BlockCodec(), INDEX, doccount=int(told["count"]), segid=str(told["id"]))
        segment.compound = bool(told["compound"])
        self._segments.append(segment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for child in self._children:
            child.close()
        self._clear()

    def _clear(self) -> None:
        for left in self._path.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)


class _MakersStorage(Storage):
    """As the parent's, with a folder for what is only passing that no other process uses."""

    def temp_storage(self, _name: str | None = None) -> FileStorage:
        """A folder of our own beside the segments, on the same disk."""
        return FileStorage(tempfile.mkdtemp(prefix=_SCRATCH, dir=self.folder), supports_mmap=False)


def make(request: bytes) -> bytes:
    """Write one segment, in the child; JSON both ways."""
    asked = json.loads(request)
    storage = _MakersStorage(Path(asked["path"]))
    writer = Writer(FileIndex(storage, schema=SCHEMA))
    writer.put([_document(values) for values in asked.pop("documents")])
    segment = writer.finish()
    storage.sync_created()
    told = {"id": segment.segid, "count": segment.doc_count_all(), "compound": segment.is_compound()}
    return json.dumps(told).encode()


def _document(values: dict[str, Any]) -> SearchDocument:
    date = datetime.fromtimestamp(values.pop("date"), UTC)
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return SearchDocument(**plain, date=date)
