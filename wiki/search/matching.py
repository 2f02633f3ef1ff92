"""Which documents answer a question, and in what order: set algebra and BM25F over any index that gives its postings.

Pure, and the same for every engine that has postings. The work of a question is bounded by the length of the postings
it names: at most eight clauses, each read once, and words that begin alike are read up to a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Protocol

from wiki.search.document import Order
from wiki.search.language import Question
from wiki.search.terms import ZONE, Begins, Chain, Holds, LookUp, is_plain_word, look_up, scoring_terms

MAX_EXPANSIONS = 1_000
"""Words that one ``begin*`` may stand for, in each part of the index."""

MAX_EXPANDED_POSTINGS = 200_000
SATURATION = 1.2  # BM25's k1: how soon more of the same word counts for little
LENGTH_SHARE = (
    0.6  # BM25's b: how much a long document is marked down; mails quote each other: less than the usual 0.75
)
_RECENCY = 0.2
_REFRESHED = 200  # results, from the first, that are ordered by age as well
_YEAR = 365.0 * 86_400


class Postings(Protocol):
    """One part of an index, its documents numbered from 0."""

    def documents(self, term: str) -> set[int]:
        """The documents with a term; empty when there are none."""

    def positions(self, term: str, among: set[int]) -> Mapping[int, Sequence[int]]:
        """Where a term stands, in those of the documents ``among`` that have it."""

    def weights(self, term: str) -> Mapping[int, float]:
        """How much a term weighs in each document that has it."""

    def beginning(self, prefix: str) -> Iterable[str]:
        """The terms that begin with ``prefix``, sort letter included, in alphabetical order."""


@dataclass
class Answer:
    """Documents that answer; ``capped`` when a ``begin*`` stood for more words than were looked at."""

    documents: set[int]
    capped: bool = False


def answer(question: Question, postings: Postings) -> Answer:
    """The documents of one part of an index that answer a question."""
    reading = _Reading(postings)
    choices = sorted(
        ([look_up(clause) for clause in choice] for choice in question.required),
        key=lambda choice: max(_cost(item) for item in choice),
    )
    found: set[int] | None = None
    for choice in choices:
        either = _either(choice, lambda item: reading.documents(item, found))  # noqa: B023 - called before found changes
        found = either if found is None else found & either
        if not found:
            return Answer(set(), reading.capped)
    documents = found or set()
    for clause in question.excluded:
        documents = documents - reading.documents(look_up(clause), documents)
    return Answer(documents, reading.capped)


def _either(choice: Sequence[LookUp], documents: Callable[[LookUp], set[int]]) -> set[int]:
    first, *others = (documents(item) for item in choice)
    return first.union(*others) if others else first


def _cost(item: LookUp) -> int:
    """Cheap look-ups first: what they leave is all that a phrase must compare positions in."""
    return 0 if isinstance(item, Holds) else 1 if isinstance(item, Begins) else 2


class _Reading:
    """Looks things up in one part of an index and remembers whether a limit was met."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self.capped = False

    def documents(self, item: LookUp, among: set[int] | None) -> set[int]:
        if isinstance(item, Holds):
            return self._any(item.terms)
        if isinstance(item, Begins):
            return self._beginning(item.prefixes)
        return self._chained(item, among)

    def _any(self, terms: Sequence[str]) -> set[int]:
        first, *others = (self._postings.documents(term) for term in terms)
        return first.union(*others) if others else first

    def _beginning(self, prefixes: Sequence[str]) -> set[int]:
        found: set[int] = set()
        terms = read = 0
        for prefix in prefixes:
            for term in self._postings.beginning(prefix):
                if not is_plain_word(term):
                    continue
                if terms >= MAX_EXPANSIONS or read >= MAX_EXPANDED_POSTINGS:
                    self.capped = True
                    return found
                documents = self._postings.documents(term)
                terms, read = terms + 1, read + len(documents)
                found |= documents
        return found

    def _chained(self, chain: Chain, among: set[int] | None) -> set[int]:
        candidates = among
        for _distance, terms in chain.steps:
            documents = self._any(terms)
            candidates = documents if candidates is None else candidates & documents
            if not candidates:
                return set()
        starts = self._starts(chain, candidates or set())
        if not chain.zones:
            return set(starts)
        return {
            document for document, places in starts.items() if any(place // ZONE in chain.zones for place in places)
        }

    def _starts(self, chain: Chain, candidates: set[int]) -> dict[int, set[int]]:
        """Where the whole chain begins, for each document in which it does."""
        starts: dict[int, set[int]] | None = None
        for distance, terms in chain.steps:
            here: dict[int, set[int]] = {}
            for term in terms:
                for document, places in self._postings.positions(term, candidates).items():
                    begins = {place - distance for place in places}
                    here[document] = here[document] | begins if document in here else begins
            if starts is not None:
                here = {document: both for document, places in here.items() if (both := places & starts[document])}
            starts, candidates = here, set(here)
        return starts or {}


Scored = tuple[str, ...]
"""The terms that stand for one searched word: the word itself and its inflections."""


Ranked = tuple[float, float, int, int]
"""One document of an answer: its score, its date in seconds, the part of the index it is in, its number there."""


def best(found: Iterable[Ranked], order: Order, offset: int, limit: int) -> list[Ranked]:
    """One page of an answer, best first; newer documents gain a little, and of equal scores the newest comes first.

    For an answer by date all scores must be equal.
    """
    if order is Order.DATE:
        return nlargest(offset + limit, found)[offset:]
    top = nlargest(max(offset + limit, _REFRESHED), found)
    top[:_REFRESHED] = sorted(_refreshed(top[:_REFRESHED]), reverse=True)
    return top[offset : offset + limit]


def _refreshed(top: Sequence[Ranked]) -> Iterator[Ranked]:
    """The best by their words, scored up to a fifth higher the newer they are, halved each year."""
    newest = max((date for _score, date, _part, _number in top), default=0.0)
    for score, date, part, number in top:
        recency = 0.5 ** ((newest - date) / _YEAR)
        yield score * (1 + _RECENCY * recency), date, part, number


@dataclass(frozen=True)
class Statistics:
    """What ranking must know of the whole index: how many documents, how long, how many have each searched word."""

    count: int
    average_length: float
    frequencies: Mapping[Scored, int]

    def worth(self, word: Scored) -> float:
        """The inverse document frequency: a rare word tells more."""
        frequency = min(self.frequencies[word], self.count)
        return log(1 + (self.count - frequency + 0.5) / (frequency + 0.5))


def words_to_score(question: Question) -> tuple[Scored, ...]:
    """Every word by whose weight answers are ranked, each once."""
    return tuple(dict.fromkeys(word for clause in question.wanted for word in scoring_terms(clause)))


def scores(documents: set[int], postings: Postings, lengths: Sequence[int], statistics: Statistics) -> dict[int, float]:
    """BM25F of each of the documents, over the words in ``statistics``; 0 where a document has none of them."""
    total = dict.fromkeys(documents, 0.0)
    flat = SATURATION * (1 - LENGTH_SHARE)
    slope = SATURATION * LENGTH_SHARE / (statistics.average_length or 1.0)
    for word in statistics.frequencies:
        worth = statistics.worth(word) * (SATURATION + 1)
        for document, weight in _weights(word, postings, documents).items():
            total[document] += worth * weight / (weight + flat + slope * lengths[document])
    return total


def _weights(word: Scored, postings: Postings, documents: set[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    for term in word:
        weights = postings.weights(term)
        for document in documents & weights.keys():
            found[document] = found.get(document, 0.0) + weights[document]
    return found
