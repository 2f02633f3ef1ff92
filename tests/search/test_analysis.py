"""Texts become pieces, the same way on both sides."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.search.analysis import MAX_WORD, fold, pieces, words
from wiki.search.stemming import stem


def split(text: str) -> list[str]:
    return [piece.word for piece in pieces(text)]


@given(st.text())
def test_offsets_point_into_the_text_and_never_go_back(text: str) -> None:
    last = 0
    for piece in pieces(text):
        assert 0 <= piece.start < piece.end <= len(text)
        assert piece.start >= last or not piece.stem
        last = max(last, piece.start)


@given(st.text())
def test_indexing_and_marking_see_the_same_words(text: str) -> None:
    assert [(piece.word, piece.stem, piece.glued, piece.tail) for piece in words(text)] == [
        (piece.word, piece.stem, piece.glued, piece.tail) for piece in pieces(text)
    ]


@given(st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=30))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.lower()) == fold(text) or fold(text.upper()) == fold(text)


def test_the_parts_of_an_address_are_glued_to_each_other() -> None:
    found = list(pieces("bob@mail.example.org, bob"))
    assert [(piece.word, piece.glued) for piece in found] == [
        ("bob", False),
        ("mail", True),
        ("example", True),
        ("org", True),
        ("bob", False),
    ]


@pytest.mark.parametrize("text", ["Alice's", "Alice\u2019s", "ALICE'S", "alice"])
def test_a_possessive_is_the_name(text: str) -> None:
    assert split(text) == ["alice"]


def test_the_end_of_a_sentence_is_not_glue() -> None:
    assert [piece.glued for piece in pieces("It ended. Then... more")] == [False] * 4


def test_neighbouring_characters_and_the_last_one_alone() -> None:
    assert split("\u6771\u4eac\u90fd") == ["\u6771\u4eac", "\u4eac\u90fd", "\u90fd"]


def test_a_mixed_word_is_cut_where_the_script_changes() -> None:
    assert split("\u6771\u4eactower") == ["\u6771\u4eac", "\u4eac", "tower"]


def test_a_word_is_cut_at_its_limit() -> None:
    assert split("x" * 1000) == ["x" * MAX_WORD]


@pytest.mark.parametrize(
    "text", ["x" * 10**6, "a." * 200_000, "'" * 10**6, "_" * 10**6, "\u0301" * 10**6, "a'" * 200_000]
)
def test_monstrous_texts_take_linear_time(text: str) -> None:
    begin = time.process_time()
    for _piece in words(text):
        pass
    assert time.process_time() - begin < 4


FAMILIES = """
archive archives archived archiving
file files filed filing
hope hopes hoped hoping
hop hops hopped hopping
fill fills filled filling
plan plans planned planning
note notes noted noting
reply replies replied replying
die dies died
box boxes boxed boxing
bus buses
cache caches cached caching
process processes processed processing
address addresses addressed addressing
agree agrees agreed agreeing
use uses used using
message messages messaging
release releases released releasing
run runs running
add adds added adding
mail mails mailed mailing
organise organises organised organising
embed embeds embedded embedding
"""


@pytest.mark.parametrize(
    "family", [line.split() for line in FAMILIES.strip().splitlines()], ids=lambda family: family[0]
)
def test_the_inflections_of_a_word_meet_in_one_form(family: list[str]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_different_words_keep_apart() -> None:
    first = [line.split()[0] for line in FAMILIES.strip().splitlines()]
    assert len({stem(word) for word in first}) == len(first)
    for one, other in [
        ("news", "new"),
        ("organ", "organisation"),
        ("plane", "plan"),
        ("string", "str"),
        ("this", "thi"),
    ]:
        assert stem(one) != stem(other)


@given(st.text(st.characters(min_codepoint=97, max_codepoint=122), max_size=50))
def test_stemming_only_takes_from_the_end(word: str) -> None:
    assert len(stem(word)) <= len(word) + 1
    assert word[:2] == stem(word)[:2] or len(stem(word)) < 2
