"""The embedded engine: a Whoosh index in a folder, searched by any process, written by one.

Whoosh keeps segments, terms, postings and commits; which documents answer and in what order is reckoned by
``wiki.search.matching``. So no person's text ever reaches Whoosh's parser, and no limit of Whoosh's can drop the
filter by spaces. The index is derived: when it cannot be read, everything here raises IndexMissing, and a rebuild
makes a new one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from wiki.search import excerpts
from wiki.search.backend import IndexMissing, QueryRefused, SearchLoader, SearchUnavailable, SearchWriter
from wiki.search.backends.whoosh_generations import Generations
from wiki.search.backends.whoosh_makers import Makers
from wiki.search.backends.whoosh_views import View, Views
from wiki.search.backends.whoosh_writer import Policy, adopt, begin, commit, merge_all, merge_lesser, merge_small
from wiki.search.document import Excerpt, Hit, Hits, Order, Query, SearchDocument
from wiki.search.language import Question, parse
from wiki.search.matching import Ranked, answer, best, scores, words_to_score
from wiki.search.terms import Analysed, analyse

_MANY = 24  # segments: more make each search slower
T = TypeVar("T")


class WhooshBackend:
    """A search backend in a folder; safe to share between threads, and to open again in other processes."""

    def __init__(self, path: Path) -> None:
        self._generations = Generations(path)
        self._views = Views(self._generations)

    def put(self, documents: Sequence[SearchDocument]) -> None:
        """Add or replace documents."""
        self.apply(documents, ())

    def drop(self, keys: Iterable[str]) -> None:
        """Remove documents by key."""
        self.apply((), keys)

    def apply(self, documents: Sequence[SearchDocument], dropped: Iterable[str]) -> None:
        """Put and drop in one commit, on the disk when this returns."""
        fresh = {document.key: document for document in documents}
        stale = {*fresh, *dropped}
        if stale:
            analysed = [(document, analyse(document)) for document in fresh.values()]
            self._guarded(lambda: self._write(analysed, stale))

    def search(self, query: Query) -> Hits:
        """Answer a query."""
        question = parse(query.text)
        if question.is_empty or not query.space_ids:
            return Hits((), 0, dict.fromkeys(query.all_kinds, 0))
        return self._guarded(lambda: _Search(self._views, question, query).hits())

    def excerpt(self, query_text: str, body: str) -> Excerpt:
        """The best stretch of a text."""
        return excerpts.excerpt(query_text, body)

    def highlight(self, query_text: str, text: str) -> Excerpt:
        """A whole text with the searched words marked."""
        return excerpts.highlight(query_text, text)

    @contextmanager
    def rebuild(self) -> Iterator[SearchWriter]:
        """Fill a new generation. What the block raises passes through; the current generation stays as it was."""
        with self._generations.replacing() as path, Makers(path) as makers:
            begin(path)
            yield makers
            adopt(path, makers.finish(), ())

    @contextmanager
    def load(self) -> Iterator[SearchLoader]:
        """Put and drop thousands in one commit; what the block raises passes through, and changes nothing."""
        with self._generations.writing():
            view = self._guarded(self._views.latest)
            with Makers(view.path) as makers:
                loading = _Loading(makers)
                yield loading
                made = makers.finish()
            self._guarded(lambda: adopt(view.path, made, loading.numbers(view)))

    def settled(self) -> str | None:
        """The generation that takes writes."""
        return None if self._generations.is_replacing() else self._generations.current().name

    def tidy(self) -> None:
        """Merge segments when there are many or much in one is deleted, and remove generations that nobody reads."""
        self._generations.remove_unused()
        self._guarded(lambda: self._merge(merge_lesser, lambda view: len(view.leaves) > _MANY or view.is_wasteful))

    def optimise(self) -> None:
        """Merge everything into one segment without deleted documents: minutes for a large index, so in the quiet."""
        self._guarded(lambda: self._merge(merge_all, lambda view: view.is_scattered))

    def entries(self) -> Iterator[tuple[str, int]]:
        """Every key and version."""
        view = self._guarded(self._views.fresh)
        try:
            yield from self._guarded(lambda: list(view.entries()))
        finally:
            view.close()

    def close(self) -> None:
        """Close what this thread has open."""
        self._views.close()

    def _write(self, documents: Sequence[tuple[SearchDocument, Analysed]], stale: set[str]) -> None:
        with self._generations.writing():
            view = self._views.latest()
            numbers = [number for key in stale for number in view.with_key(key)]
            if numbers or documents:
                with commit(view.path, merge_small) as writer:
                    for number in numbers:
                        writer.delete_document(number)
                    for document, analysed in documents:
                        writer.put_analysed(document, analysed)

    def _merge(self, policy: Policy, is_worth_it: Callable[[View], bool]) -> None:
        with self._generations.writing():
            view = self._views.latest()
            if is_worth_it(view):
                with commit(view.path, policy):
                    pass

    def _guarded(self, action: Callable[[], T]) -> T:
        """Whatever an index that is damaged or in use raises, as what the wiki understands."""
        try:
            return action()
        except (QueryRefused, SearchUnavailable):
            raise
        except FileNotFoundError as error:
            raise IndexMissing("The search index is incomplete.") from error
        except (OSError, MemoryError) as error:
            raise SearchUnavailable("The search index cannot be used just now.") from error
        except Exception as error:  # a damaged index raises anything: TypeError, EOFError, bare Exception
            self._views.close()
            raise IndexMissing("The search index cannot be read.") from error


class _Loading:
    """Puts go to the makers; the keys are kept, to delete what they stood for."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers
        self._stale: list[str] = []

    def put(self, documents: Sequence[SearchDocument]) -> None:
        self._stale += [document.key for document in documents]
        self._makers.put(documents)

    def drop(self, keys: Iterable[str]) -> None:
        self._stale += keys

    def numbers(self, view: View) -> list[int]:
        """The documents of a view that are replaced or dropped."""
        return [number for key in self._stale for number in view.with_key(key)]


class _Search:
    """One query being answered from one view."""

    def __init__(self, views: Views, question: Question, query: Query) -> None:
        self._question, self._query = question, query
        self._memory = views.memory
        self._view = views.latest()
        self._counts: Counter[str] = Counter()
        self._capped = False

    def hits(self) -> Hits:
        found = [self._wanted(part) for part in range(len(self._view.leaves))]
        total = sum(map(len, found))
        page = best(self._ranked(found), self._query.order, self._query.offset, self._query.limit) if total else []
        counts = {kind: self._counts[kind] for kind in self._query.all_kinds}
        return Hits(tuple(map(self._hit, page)), total, counts, self._capped)

    def _wanted(self, part: int) -> set[int]:
        """The documents of one segment that answer, in spaces and of kinds that were asked for; counts on the way."""
        leaf, deleted = self._view.leaves[part]
        found = answer(self._question, leaf)
        self._capped |= found.capped
        if not found.documents:
            return set()
        allowed = self._memory.allowed(leaf, deleted, self._query.space_ids)
        facts = self._memory.facts(leaf)
        visible = {number for number in found.documents if allowed[number]}
        codes = Counter(facts.kinds[number] for number in visible)
        self._counts.update({facts.kind_names[code]: count for code, count in codes.items()})
        unwanted = {code for code in codes if facts.kind_names[code] not in self._query.kinds}
        return {number for number in visible if facts.kinds[number] not in unwanted} if unwanted else visible

    def _ranked(self, found: Sequence[set[int]]) -> Iterator[Ranked]:
        by_date = self._query.order is Order.DATE
        statistics = None if by_date else self._view.statistics(words_to_score(self._question), self._memory)
        for part, numbers in enumerate(found):
            if not numbers:
                continue
            leaf, _deleted = self._view.leaves[part]
            facts = self._memory.facts(leaf)
            if statistics is None:
                yield from ((0.0, facts.dates[number], part, number) for number in numbers)
            else:
                score = scores(numbers, leaf, facts.lengths, statistics)
                yield from ((score[number], facts.dates[number], part, number) for number in numbers)

    def _hit(self, ranked: Ranked) -> Hit:
        score, _date, part, number = ranked
        key, _version = self._view.leaves[part][0].stored(number)
        kind, _colon, identity = key.rpartition(":")
        return Hit(kind, int(identity), score)
