"""Questions are answered as a slow and simple reading of the same texts answers them, through merges and deletions."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doubles.memory_search import MemorySearch
from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import Query, SearchDocument
from wiki.search.stemming import stem

WORDS = st.sampled_from(["tea", "teas", "team", "milk", "lemon", "lemons", "pour", "poured"])
TEXTS = st.lists(WORDS, max_size=12)
PLAIN = WORDS.map(lambda word: ("word", [word]))
PHRASE = st.lists(WORDS, min_size=1, max_size=3).map(lambda words: ("phrase", words))
BEGIN = WORDS.map(lambda word: ("begin", [word[:3]]))
CLAUSE = st.one_of(PLAIN, PHRASE, BEGIN)
QUESTION = st.tuples(
    st.lists(st.lists(CLAUSE, min_size=1, max_size=2), min_size=1, max_size=3), st.lists(CLAUSE, max_size=2)
)
Clause = tuple[str, list[str]]


def holds(clause: Clause, text: list[str]) -> bool:
    sort, words = clause
    if sort == "word":
        return any(stem(word) == stem(words[0]) for word in text)
    if sort == "begin":
        return any(word.startswith(words[0]) for word in text)
    return any(text[index : index + len(words)] == words for index in range(len(text)))


def written(clause: Clause) -> str:
    sort, words = clause
    return words[0] if sort == "word" else words[0] + "*" if sort == "begin" else '"' + " ".join(words) + '"'


def document(number: int, text: list[str]) -> SearchDocument:
    return SearchDocument("page", number, 1, 1, "", " ".join(text), datetime(2024, 1, 1, tzinfo=UTC))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12), st.lists(TEXTS, max_size=6), QUESTION)
def test_both_backends_find_what_a_simple_reading_finds(
    first: list[list[str]], later: list[list[str]], question: tuple[list[list[Clause]], list[Clause]]
) -> None:
    required, excluded = question
    typed = " ".join(" OR ".join(map(written, choice)) for choice in required)
    typed += "".join(f" -{written(clause)}" for clause in excluded)
    texts = dict(enumerate(first)) | dict(enumerate(later))
    expected = {
        number
        for number, text in texts.items()
        if all(any(holds(clause, text) for clause in choice) for choice in required)
        and not any(holds(clause, text) for clause in excluded)
    }
    asked = Query(typed, frozenset({1}), frozenset({"page"}), frozenset({"page"}), limit=50)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshBackend(Path(folder))
        for backend in (engine, MemorySearch()):
            with backend.rebuild() as fresh:
                fresh.put([document(number, text) for number, text in enumerate(first)])
            backend.put([document(number, text) for number, text in enumerate(later)])
            assert {hit.id for hit in backend.search(asked).hits} == expected, typed
            backend.optimise()
            assert {hit.id for hit in backend.search(asked).hits} == expected, typed
        engine.close()
