"""Thirty questions that bring engines down are refused with a sentence or answered soon, on 10,000 documents."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from wiki.search.backend import QueryRefused
from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import Order, Query, SearchDocument

DOCUMENTS = 10_000
SECONDS = 2.0
MEGABYTES = 300

HOSTILE = [
    "*a* OR *b*",
    "*",
    "?",
    "a* OR b* OR c* OR d*",
    "aaa* OR bab* OR cac* OR dad*",
    "the* -the*",
    "[a TO z]",
    "{a TO z}",
    "date:[0 TO 99999999999]",
    "abcdefgh~9",
    "abc~",
    "w" * 100_000,
    "w" * 200,
    " ".join(["the"] * 50),
    " OR ".join(["the"] * 50),
    "the OR of OR and OR to OR in OR is OR it OR at",
    '"the of and to in is it at the of and to in is it at the of and to in is it at"',
    '"the the the the the the the the the the the the the the the the"',
    '"the of" "of the" "and the" "the and" "to the" "in the" "is the" "it the"',
    "the.of.and.to@in.is.it.at",
    "((((((((((((((((((((((a))))))))))))))))))))))",
    "-" * 200,
    '"' * 200,
    "NOT NOT NOT NOT the",
    "the -of -and -to -in -is -it -at",
    "a" + "\u0301" * 199,
    "\u6771" * 200,
    "\u6771",
    "\x00\ud800\uffff",
    "'; DROP TABLE users; --",
    "title:the from:the to:the with:the label:the the* of*",
    "/(a+)+$/",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshBackend]:
    """Ten thousand short documents, full of the words that are asked for; one holds a word of 100 KB."""
    chooser = random.Random(5)
    common = ["the", "of", "and", "to", "in", "is", "it", "at"]
    rare = ["".join(chooser.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(20_000)]
    backend = WhooshBackend(tmp_path_factory.mktemp("hostile"))
    with backend.rebuild() as fresh:
        for start in range(0, DOCUMENTS, 500):
            fresh.put(
                [
                    SearchDocument(
                        kind="mail",
                        id=number,
                        version=1,
                        space_id=number % 9,
                        title=" ".join(chooser.choices(common, k=3)),
                        body=" ".join(chooser.choices(common, k=30) + chooser.choices(rare, k=15) + ["\u6771\u4eac"]),
                        date=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number),
                        people=("the@example.org",),
                    )
                    for number in range(start, start + 500)
                ]
            )
        fresh.put([SearchDocument("mail", DOCUMENTS, 1, 1, "", "w" * 100_000, datetime(2020, 1, 1, tzinfo=UTC))])
    yield backend
    backend.close()


@pytest.mark.slow
@pytest.mark.parametrize("order", list(Order))
def test_hostile_questions_are_refused_or_answered_soon(engine: WhooshBackend, order: Order) -> None:
    kinds = frozenset({"mail"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slow = {}
    for text in HOSTILE:
        begin = time.process_time()
        try:
            engine.search(Query(text, frozenset(range(9)), kinds, kinds, order))
        except QueryRefused as refusal:
            assert str(refusal).endswith(".")
        taken = time.process_time() - begin
        if taken > SECONDS:
            slow[text[:40]] = taken
    assert slow == {}
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES
