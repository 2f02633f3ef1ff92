"""A search backend that lives in memory: the whole contract in dictionaries, for tests of other things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from wiki.search import excerpts
from wiki.search.backend import SearchLoader, SearchWriter
from wiki.search.document import Excerpt, Hit, Hits, Order, Query, SearchDocument
from wiki.search.language import parse
from wiki.search.matching import Statistics, answer, best, scores, words_to_score
from wiki.search.terms import Analysed, Posting, analyse


class MemoryPostings:
    """Looks terms up by walking over every document."""

    def __init__(self, analysed: Sequence[Analysed]) -> None:
        self._analysed = analysed

    def documents(self, term: str) -> set[int]:
        return set(self._postings(term))

    def positions(self, term: str, among: set[int]) -> Mapping[int, Sequence[int]]:
        return {number: posting.positions for number, posting in self._postings(term).items() if number in among}

    def weights(self, term: str) -> Mapping[int, float]:
        return {number: posting.weight for number, posting in self._postings(term).items()}

    def beginning(self, prefix: str) -> Iterable[str]:
        return sorted({term for each in self._analysed for term in each.postings if term.startswith(prefix)})

    def _postings(self, term: str) -> dict[int, Posting]:
        return {number: each.postings[term] for number, each in enumerate(self._analysed) if term in each.postings}


class MemorySearch:
    """The contract of ``wiki.search.backend.SearchBackend``, without a file and without an engine."""

    def __init__(self) -> None:
        self._documents: dict[str, SearchDocument] = {}
        self._generation = 0
        self._rebuilding = False

    def put(self, documents: Sequence[SearchDocument]) -> None:
        self.apply(documents, ())

    def drop(self, keys: Iterable[str]) -> None:
        self.apply((), keys)

    def apply(self, documents: Sequence[SearchDocument], dropped: Iterable[str]) -> None:
        for key in dropped:
            self._documents.pop(key, None)
        for document in documents:
            self._documents[document.key] = document

    def search(self, query: Query) -> Hits:
        question = parse(query.text)
        if question.is_empty:
            return Hits((), 0, dict.fromkeys(query.all_kinds, 0))
        documents = list(self._documents.values())
        analysed = [analyse(document) for document in documents]
        postings = MemoryPostings(analysed)
        found = answer(question, postings)
        seen = {number for number in found.documents if documents[number].space_id in query.space_ids}
        counts = Counter(documents[number].kind for number in seen)
        wanted = {number for number in seen if documents[number].kind in query.kinds}
        score = dict.fromkeys(wanted, 0.0)
        if query.order is Order.RELEVANCE:
            lengths = [each.length for each in analysed]
            frequencies = {
                word: sum(len(postings.documents(term)) for term in word) for word in words_to_score(question)
            }
            statistics = Statistics(len(documents), sum(lengths) / (len(lengths) or 1), frequencies)
            score = scores(wanted, postings, lengths, statistics)
        ranked = ((score[number], documents[number].date.timestamp(), 0, number) for number in wanted)
        hits = tuple(
            Hit(documents[number].kind, documents[number].id, value)
            for value, _date, _part, number in best(ranked, query.order, query.offset, query.limit)
        )
        return Hits(hits, len(wanted), {kind: counts[kind] for kind in query.all_kinds}, found.capped)

    def excerpt(self, query_text: str, body: str) -> Excerpt:
        return excerpts.excerpt(query_text, body)

    def highlight(self, query_text: str, text: str) -> Excerpt:
        return excerpts.highlight(query_text, text)

    @contextmanager
    def load(self) -> Iterator[SearchLoader]:
        changed = MemorySearch()
        changed._documents = dict(self._documents)
        yield changed
        self._documents = changed._documents

    @contextmanager
    def rebuild(self) -> Iterator[SearchWriter]:
        fresh = MemorySearch()
        self._rebuilding = True
        try:
            yield fresh
            self._documents = fresh._documents
            self._generation += 1
        finally:
            self._rebuilding = False

    def settled(self) -> str | None:
        return None if self._rebuilding else str(self._generation)

    def tidy(self) -> None:
        """There is nothing to tidy."""

    def optimise(self) -> None:
        """There is nothing to optimise."""

    def entries(self) -> Iterator[tuple[str, int]]:
        for key, document in self._documents.items():
            yield key, document.version
