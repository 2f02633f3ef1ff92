"""Writing a Whoosh index: one commit, or a whole generation; the caller holds the lock of the only writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from wiki.search.backends.whoosh_codec import BlockCodec
from wiki.search.backends.whoosh_pool import Pool
from wiki.search.backends.whoosh_segments import SCHEMA, Leaf, Storage, is_wasteful, postings_of
from wiki.search.document import SearchDocument
from wiki.search.terms import Analysed, analyse

_SMALL = 64  # documents: segments up to this are merged at once when there are many
_MANY_SMALL = 8


class Writer(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer with the leaner pool, and without its own lock: ours is let go whatever happens to the writer."""

    def __init__(self, index: FileIndex) -> None:
        super().__init__(index, codec=BlockCodec(), _lk=False)
        self.pool = Pool(Path(self.temp_storage().folder))

    def put(self, documents: Sequence[SearchDocument]) -> None:
        """Add documents, each once; of the same key twice the last."""
        for document in {document.key: document for document in documents}.values():
            self.put_analysed(document, analyse(document))

    def put_analysed(self, document: SearchDocument, analysed: Analysed) -> None:
        """Add a document of which the terms are known; past Whoosh's own loop, which takes as long as the analysis."""
        self.pool.take("terms", self.docnum, postings_of(analysed))
        self.add_document(
            key=document.key,
            version=document.version,
            space=str(document.space_id),
            kind=document.kind,
            date=int(document.date.timestamp()),
            length=analysed.length,
        )

    def finish(self) -> Any:
        """Write the segment and let another writer's commit name it."""
        segment = self._finalize_segment()
        self._finish()
        return segment

    def absorb(self, segment: Any) -> None:
        """Take over all living documents of another segment."""
        reader = SegmentReader(self.storage, self.schema, segment)
        first = self.docnum
        renumbered: dict[int, int] | None = self.write_per_doc(set(self.schema.names()), reader)
        reader.close()
        if self.docnum == first:
            return
        leaf = Leaf(self.storage, segment)
        for field, text, postings in leaf.postings(renumbered.get if renumbered is not None else first.__add__):
            self.pool.extend(field, text, postings)
        leaf.close()
        self._added = True


Policy = Callable[[Writer, list[Any]], list[Any]]
"""Which segments a commit joins: given the writer and all segments, absorbs some and returns the rest."""


@contextmanager
def commit(path: Path, policy: Policy) -> Iterator[Writer]:
    """One commit to the generation in ``path``, or none at all if the block or the commit fails."""
    writer = Writer(FileIndex(Storage(path), schema=SCHEMA))
    with _cancelling(writer):
        yield writer
        writer.commit(mergetype=policy)


def begin(path: Path) -> None:
    """Make an empty generation in an empty folder."""
    FileIndex.create(Storage(path), SCHEMA)


def adopt(path: Path, made: Sequence[Any], stale: Iterable[int]) -> None:
    """Commit segments that were made elsewhere, and delete the documents that they replace, by number."""
    with commit(path, lambda _writer, segments: [*segments, *made]) as writer:
        for number in stale:
            writer.delete_document(number)


def merge_small(writer: Writer, segments: list[Any]) -> list[Any]:
    """Join the crumbs that single saves leave, once there are some: cheap, and keeps searching fast."""
    small = [segment for segment in segments if segment.doc_count_all() <= _SMALL]
    return _joined(writer, segments, small) if len(small) >= _MANY_SMALL else segments


def merge_lesser(writer: Writer, segments: list[Any]) -> list[Any]:
    """Join from the smallest up, as long as the next is not far larger than all before it; and the wasteful."""
    lesser: list[Any] = []
    total = 0
    for segment in sorted(segments, key=lambda each: each.doc_count_all()):
        if lesser and segment.doc_count_all() > 2 * total:
            break
        lesser.append(segment)
        total += segment.doc_count_all()
    wasteful = [segment for segment in segments if is_wasteful(segment.doc_count_all(), segment.deleted_count())]
    chosen = {segment.segment_id() for segment in (*lesser, *wasteful)}
    return _joined(writer, segments, [segment for segment in segments if segment.segment_id() in chosen])


def merge_all(writer: Writer, segments: list[Any]) -> list[Any]:
    """Join everything into one segment, without what is deleted."""
    return _joined(writer, segments, segments)


def _joined(writer: Writer, segments: list[Any], chosen: list[Any]) -> list[Any]:
    for segment in chosen:
        writer.absorb(segment)
    return [segment for segment in segments if segment not in chosen]


@contextmanager
def _cancelling(writer: Writer) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(Exception):  # one that failed may fail again; the next commit removes its files
            writer.cancel()
        raise
