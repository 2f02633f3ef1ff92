"""How postings lie on disk: Whoosh's own codec with leaner blocks, read a block at a time.

Whoosh writes each block as two pickles, deflated even when it holds one posting, and gives postings back one by one.
Most words of an archive stand in one or two documents, so here a block is plain numbers, compressed only where that
pays, and a reader takes all its document numbers, weights or positions at once. Only the postings differ; terms,
columns, segments and commits are Whoosh's.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, groupby, pairwise
from operator import itemgetter
from struct import Struct
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3LeafMatcher, W3PostingsWriter, W3TermInfo, W3TermsReader
from whoosh.formats import Format

from wiki.search.backends.whoosh_pool import Flat, Term

_HEADER = Struct("!IIIIfccBI")
"""Length of what follows, postings, first and last document, highest weight, types of the numbers that hold documents
and weights, flags, length of the values."""

_VALUES, _DEFLATED, _LAST = 1, 2, 4
_DEFLATE_FROM = 256  # bytes: below that, deflating costs time and saves nothing
_BLOCK = 256  # postings; more makes reading faster and skipping coarser
_HALVES = 2  # weights are multiples of a half, so that one byte holds nearly all


class PositionsFormat(Format):  # type: ignore[misc]  # Whoosh has no types
    """A posting's value is the positions of the word, or nothing for terms that have none."""

    posting_size = -1

    def __init__(self) -> None:
        super().__init__(1.0)

    @staticmethod
    def encode(positions: Sequence[int]) -> bytes:
        """Positions, which must rise, as bytes in the narrowest type that holds them."""
        if len(positions) == 1:
            return _one_position(positions[0])
        if not positions:
            return b""
        code = "H" if positions[-1] < 1 << 16 else "I"
        return code.encode() + array(code, positions).tobytes()

    @staticmethod
    def decode(value: bytes) -> Sequence[int]:
        """The positions of one posting."""
        positions = array(chr(value[0])) if value else array("H")
        positions.frombytes(value[1:])
        return positions


@lru_cache(maxsize=1 << 16)
def _one_position(position: int) -> bytes:
    """Most words stand once in a document, and such values repeat: they are made once and shared."""
    code = "H" if position < 1 << 16 else "I"
    return code.encode() + array(code, (position,)).tobytes()


class BlockCodec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's codec, with the blocks of this module and without lengths, which the schema keeps in a column."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> TermsWriter:
        """Write the terms of a segment."""
        return TermsWriter(self, storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """Read the terms of a segment."""
        name = segment.make_filename(self.TERMS_EXT)
        postings = segment.open_file(storage, self.POSTS_EXT)
        return TermsReader(self, storage.open_file(name), storage.file_length(name), postings)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> BlockWriter:
        """Write one posting list after another into a file."""
        return BlockWriter(dbfile, blocklimit=_BLOCK, byteids=byteids)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> Any:
        """Read the posting list that ``terminfo`` points at."""
        offset, length = terminfo.extent()
        if isinstance(length, tuple):  # Whoosh unpacks it and forgets to take it out of the tuple
            (length,) = length
        return BlockMatcher(dbfile, offset, length, format_, term=term, scorer=scorer)


class TermInfo(W3TermInfo):  # type: ignore[misc]  # Whoosh has no types
    """What is kept of a term beside its postings."""

    def note_lone(self, number: int, weight: float) -> None:
        """Note the only posting of a term."""
        self._weight, self._df, self._maxweight = weight, 1, weight
        self._minid = self._maxid = number
        self._minlength = self._maxlength = 1


class TermsWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes terms with all their postings at once."""

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._btext = text
        self._postwriter.start_postings(self._fieldobj.format, TermInfo())

    def add_postings(self, schema: Any, _lengths: Any, terms: Iterable[Term]) -> None:
        """Write the terms of a pool, which are sorted by field and text."""
        for field, group in groupby(terms, key=itemgetter(0)):
            self.start_field(field, schema[field])
            for _field, text, flat in group:
                self.start_term(text)
                self._postwriter.add_all(flat[0::3], flat[1::3], flat[2::3])
                self.finish_term()
            self.finish_field()


class TermsReader(W3TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """Reads terms, and all of them with their postings in one pass."""

    def postings(self, schema: Any) -> Iterator[tuple[str, bytes, BlockMatcher]]:
        """Every term of the segment with its postings."""
        for (field, text), terminfo in self.items():
            yield field, text, self._codec.postings_reader(self._postfile, terminfo, schema[field].format)


class BlockWriter(W3PostingsWriter):  # type: ignore[misc]  # Whoosh has no types
    """Collects postings and writes them as blocks."""

    def add_all(self, ids: Sequence[int], weights: Sequence[float], values: Sequence[bytes]) -> None:
        """Add all postings of a term, documents in rising order; the last block is left to ``finish_postings``."""
        if len(ids) == 1:
            self._add_lone(ids[0], weights[0], values[0])
            return
        for begin in range(0, len(ids), _BLOCK):
            if begin:
                self._write_block()
            end = begin + _BLOCK
            self._ids, self._weights, self._values = ids[begin:end], weights[begin:end], values[begin:end]
            self._maxweight = max(self._weights)

    def _add_lone(self, number: int, weight: float, value: bytes) -> None:
        """Add the only posting of a term, as most words of an archive have: the same block as ever, written at once."""
        self._terminfo.note_lone(number, weight)
        weight_code, weight_bytes = _packed_weights((weight,))
        flags, values = _packed_values((value,))
        body = weight_bytes + values
        codes = b"B", weight_code.encode()
        flags |= _LAST
        self._postfile.write(_HEADER.pack(len(body), 1, number, number, weight, *codes, flags, len(values)) + body)
        self._blockcount = 1

    def _write_block(self, last: bool = False) -> None:
        self._terminfo.add_block(self)
        ids, weights = self._ids, self._weights
        gaps = [after - before for before, after in pairwise(ids)]
        id_code = _narrowest(max(gaps, default=0))
        weight_code, weight_bytes = _packed_weights(weights)
        flags, values = _packed_values(self._values)
        body = array(id_code, gaps).tobytes() + weight_bytes + values
        if last:
            flags |= _LAST
        codes = id_code.encode(), weight_code.encode()
        header = _HEADER.pack(len(body), len(ids), ids[0], ids[-1], self._maxweight, *codes, flags, len(values))
        self._postfile.write(header + body)
        self._blockcount += 1
        self._new_block()


class BlockMatcher(W3LeafMatcher):  # type: ignore[misc]  # Whoosh has no types
    """Reads one posting list: as Whoosh's matcher for its merges, and by whole blocks for searching."""

    def blocks(self) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
        """Documents and weights, block by block, from the first."""
        self.reset()
        while self.is_active():
            self._read_ids()
            self._read_weights()
            yield self._ids, self._weights
            self._next_block()

    def postings(self, numbers: Callable[[int], int | None]) -> Flat:
        """Every posting, its document renumbered; without those for which there is no number."""
        self.reset()
        flat: Flat = []
        while self.is_active():
            self._read_ids()
            self._read_weights()
            self._read_values()
            for number, weight, value in zip(map(numbers, self._ids), self._weights, self._values, strict=True):
                if number is not None:
                    flat += (number, weight, value)
            self._next_block()
        return flat

    def documents(self) -> set[int]:
        """All documents at once."""
        self.reset()
        found: set[int] = set()
        while self.is_active():
            self._read_ids()
            found.update(self._ids)
            self._next_block()
        return found

    def positions(self, among: set[int]) -> dict[int, Sequence[int]]:
        """The positions in those of the documents that are ``among`` the given ones."""
        self.reset()
        found: dict[int, Sequence[int]] = {}
        while self.is_active():
            self._read_ids()
            if not among.isdisjoint(self._ids):
                self._read_values()
                pairs = zip(self._ids, self._values, strict=True)
                found.update((number, PositionsFormat.decode(value)) for number, value in pairs if number in among)
            self._next_block()
        return found

    # What follows replaces Whoosh's reading of a block; the names are those it calls.

    _ids: Sequence[int]
    _weights: Sequence[float]
    _values: Sequence[bytes]

    def _read_header(self) -> None:
        self._bytes = self._postfile.get(self._startoffset, self._length)
        self._baseoffset = 0

    def _goto(self, position: int) -> None:
        # None: not read yet. Whoosh's own methods read them when first asked for.
        self.__dict__.update(_ids=None, _weights=None, _values=None, _i=0)
        header = _HEADER.unpack_from(self._bytes, position)
        length, count, first, last, highest, id_code, weight_code, flags, size = header
        self._lastblock = bool(flags & _LAST)
        self._dataoffset = position + _HEADER.size
        self._nextoffset = self._dataoffset + length
        self._blocklength, self._firstid, self._maxid, self._maxweight = count, first, last, highest
        self._codes = id_code.decode(), weight_code.decode()
        self._valueinfo = flags, size
        self._minlength = self._maxlength = 1

    def _read_ids(self) -> None:
        gaps = array(self._codes[0])
        start = self._dataoffset
        gaps.frombytes(self._bytes[start : start + (self._blocklength - 1) * gaps.itemsize])
        self._ids = tuple(accumulate(chain((self._firstid,), gaps)))

    def _read_weights(self) -> None:
        code = self._codes[1]
        if code == "1":
            self._weights = (1.0,) * self._blocklength
            return
        numbers = array(code)
        start = self._dataoffset + (self._blocklength - 1) * array(self._codes[0]).itemsize
        numbers.frombytes(self._bytes[start : start + self._blocklength * numbers.itemsize])
        self._weights = tuple(number / _HALVES for number in numbers) if code == "B" else tuple(numbers)

    def _read_values(self) -> None:
        flags, size = self._valueinfo
        if not flags & _VALUES:
            self._values = (b"",) * self._blocklength
            return
        data = self._bytes[self._nextoffset - size : self._nextoffset]
        if flags & _DEFLATED:
            data = zlib.decompress(data)
        lengths = array("I")
        start = self._blocklength * lengths.itemsize
        lengths.frombytes(data[:start])
        ends = list(accumulate(lengths, initial=start))
        self._values = [data[begin:end] for begin, end in pairwise(ends)]


def _narrowest(highest: int) -> str:
    return "B" if highest < 1 << 8 else "H" if highest < 1 << 16 else "I"


def _packed_weights(weights: Sequence[float]) -> tuple[str, bytes]:
    if all(weight == 1.0 for weight in weights):
        return "1", b""
    halves = [weight * _HALVES for weight in weights]
    if all(half.is_integer() and 0 <= half < 1 << 8 for half in halves):
        return "B", bytes(map(int, halves))
    return "f", array("f", weights).tobytes()


def _packed_values(values: Sequence[bytes]) -> tuple[int, bytes]:
    if not any(values):
        return 0, b""
    packed = array("I", map(len, values)).tobytes() + b"".join(values)
    if len(packed) < _DEFLATE_FROM:
        return _VALUES, packed
    return _VALUES | _DEFLATED, zlib.compress(packed, 1)
