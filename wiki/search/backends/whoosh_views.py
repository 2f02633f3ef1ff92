"""One consistent view of a Whoosh index for one thread, and what all threads of a process remember of its segments."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from whoosh.index import TOC, FileIndex

from wiki.search.backend import IndexMissing
from wiki.search.backends.whoosh_generations import Generations
from wiki.search.backends.whoosh_segments import INDEX, SCHEMA, Facts, Leaf, Storage, is_wasteful
from wiki.search.matching import Scored, Statistics

_REMEMBERED_MASKS = 64
_ATTEMPTS = 5
_PAUSE = 0.02


class Memory:
    """What every thread may share: the facts of segments, and which of their documents a set of spaces allows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[str, Facts] = {}
        self._masks: OrderedDict[tuple[str, int, frozenset[int]], bytes] = OrderedDict()

    def facts(self, leaf: Leaf) -> Facts:
        """The facts of a segment, read at the first call."""
        facts = self._facts.get(leaf.identity)
        if facts is None:
            facts = leaf.facts()
            with self._lock:
                self._facts[leaf.identity] = facts
        return facts

    def allowed(self, leaf: Leaf, deleted: frozenset[int], space_ids: frozenset[int]) -> bytes:
        """For each document of a segment 1 when it is alive and in one of the spaces, else 0."""
        key = (leaf.identity, len(deleted), space_ids)
        with self._lock:
            mask = self._masks.get(key)
            if mask is not None:
                self._masks.move_to_end(key)
                return mask
        fresh = bytearray(space in space_ids for space in self.facts(leaf).spaces)
        for number in deleted:
            fresh[number] = 0
        mask = bytes(fresh)
        with self._lock:
            self._masks[key] = mask
            while len(self._masks) > _REMEMBERED_MASKS:
                self._masks.popitem(last=False)
        return mask

    def forget_all_but(self, identities: set[str]) -> None:
        """Drop what belongs to segments that are no more."""
        with self._lock:
            for identity in self._facts.keys() - identities:
                del self._facts[identity]
            for key in [key for key in self._masks if key[0] not in identities]:
                del self._masks[key]


class View:
    """The index as one commit left it; for one thread. Holds its generation until it is closed."""

    def __init__(self, generations: Generations, path: Path, previous: View | None = None) -> None:
        """Open the latest commit of a generation, with the readers of ``previous`` where a segment is the same."""
        self.path = path
        self.leaves: list[tuple[Leaf, frozenset[int]]] = []
        self._hold = generations.hold(path)
        known = {leaf.identity: leaf for leaf, _deleted in previous.leaves} if previous else {}
        storage = Storage(path)
        try:
            self._index = FileIndex(storage, schema=SCHEMA)
            toc = TOC.read(storage, INDEX, schema=SCHEMA)
            self._commit = toc.generation
            for segment in toc.segments:
                leaf = known.get(segment.segment_id()) or Leaf(storage, segment)
                self.leaves.append((leaf, frozenset(segment.deleted_docs())))
        except BaseException:
            self.close_all_but(set(known.values()))
            storage.abandon()
            raise
        if previous:
            previous.close_all_but({leaf for leaf, _deleted in self.leaves})

    def is_latest(self, path: Path) -> bool:
        """Whether ``path`` is still the generation and nothing was committed since."""
        return path == self.path and bool(self._index.latest_generation() == self._commit)

    @property
    def is_wasteful(self) -> bool:
        """Whether so much of a segment is deleted that it should be written anew."""
        return any(is_wasteful(leaf.count, len(deleted)) for leaf, deleted in self.leaves)

    @property
    def is_scattered(self) -> bool:
        """Whether there is more than one segment, or something deleted in it."""
        return len(self.leaves) > 1 or any(deleted for _leaf, deleted in self.leaves)

    def statistics(self, words: tuple[Scored, ...], memory: Memory) -> Statistics:
        """What ranking must know of the whole index."""
        count = sum(leaf.count for leaf, _deleted in self.leaves)
        length = sum(memory.facts(leaf).total_length for leaf, _deleted in self.leaves)
        frequencies = {word: sum(leaf.frequency(term) for leaf, _ in self.leaves for term in word) for word in words}
        return Statistics(count, length / (count or 1), frequencies)

    def with_key(self, key: str) -> Iterator[int]:
        """The living documents with a key, numbered through all segments as a writer of this commit numbers them."""
        base = 0
        for leaf, deleted in self.leaves:
            yield from (base + number for number in leaf.with_key(key) - deleted)
            base += leaf.count

    def entries(self) -> Iterator[tuple[str, int]]:
        """Key and version of every living document."""
        for leaf, deleted in self.leaves:
            for number in range(leaf.count):
                if number not in deleted:
                    yield leaf.stored(number)

    def close(self) -> None:
        """Let go of files and generation; more than once does no harm."""
        self.close_all_but(set())

    def close_all_but(self, kept: set[Leaf]) -> None:
        """Let go, but of the readers that another view goes on using."""
        leaves, self.leaves = self.leaves, []
        for leaf, _deleted in leaves:
            if leaf not in kept:
                leaf.close()
        self._hold.close()

    def __del__(self) -> None:
        if hasattr(self, "_hold"):
            self.close()


class Views:
    """The views of a process: one for each thread, renewed when something was committed."""

    def __init__(self, generations: Generations) -> None:
        self.memory = Memory()
        self._generations = generations
        self._local = threading.local()

    def latest(self) -> View:
        """This thread's view, of the latest commit. Raises IndexMissing when there is no index that can be opened."""
        for attempt in range(_ATTEMPTS):
            path = self._generations.current()
            try:
                return self._renewed(path)
            except FileNotFoundError:  # another process committed or swapped just now
                time.sleep(_PAUSE * attempt)
        raise IndexMissing("The search index is incomplete.")

    def fresh(self) -> View:
        """A view apart from the thread's own, which no later search closes; the caller closes it."""
        return View(self._generations, self._generations.current())

    def close(self) -> None:
        """Close this thread's view."""
        view: View | None = getattr(self._local, "view", None)
        if view:
            view.close()
            self._local.view = None

    def _renewed(self, path: Path) -> View:
        if getattr(self._local, "process", None) != os.getpid():
            # A forked process must not read through file positions that it shares with its parent.
            self._local.view, self._local.process = None, os.getpid()
        view: View | None = self._local.view
        if view and view.is_latest(path):
            return view
        renewed = View(self._generations, path, previous=view)
        self._local.view = renewed
        self.memory.forget_all_but({leaf.identity for leaf, _deleted in renewed.leaves})
        return renewed
