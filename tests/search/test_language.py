"""What people type is read into questions, and whatever they type never breaks anything."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.search.backend import QueryRefused
from wiki.search.excerpts import excerpt, highlight
from wiki.search.language import MAX_CHARACTERS, MAX_CLAUSES, MAX_PIECES, Match, Place, parse

TOKENS = [*'ab-*"()[]{}:~^\\/+&|!?. \u6771\u201c\u00ab', " OR ", " AND ", " NOT ", " from:"]
SIGNS = st.lists(st.sampled_from(TOKENS), max_size=60).map("".join)


@given(st.one_of(st.text(max_size=300), SIGNS))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        question = parse(text)
    except QueryRefused as refusal:
        assert str(refusal).endswith((".", "?"))
        return
    clauses = [*question.wanted, *question.excluded]
    assert question.is_empty == (not text.strip())
    assert len(clauses) <= MAX_CLAUSES
    assert all(clause.pieces for clause in clauses)
    assert sum(len(clause.pieces) for clause in clauses) <= MAX_PIECES


@given(st.one_of(st.text(max_size=120), SIGNS), st.text(max_size=400))
def test_marking_any_text_for_any_question_loses_no_character(question: str, text: str) -> None:
    assert "".join(segment.text for segment in highlight(question, text)) == text
    excerpt(question, text)


def test_words_are_joined_by_and_and_uppercase_or_joins_two() -> None:
    question = parse("tea black OR green sugar")
    words = [[clause.pieces[0].word for clause in choice] for choice in question.required]
    assert words == [["tea"], ["black", "green"], ["sugar"]]


def test_a_lowercase_or_is_a_word() -> None:
    assert len(parse("tea or coffee").required) == 3


def test_a_missing_closing_quotation_mark_is_forgiven() -> None:
    (choice,) = parse('"release notes').required
    assert choice[0].match is Match.EXACT
    assert [piece.word for piece in choice[0].pieces] == ["release", "notes"]


def test_a_pasted_header_line_looks_where_it_says() -> None:
    (choice,) = parse("Subject: hello").required
    assert choice[0].place is Place.TITLE


def test_an_unknown_place_is_just_a_word_with_a_colon() -> None:
    (choice,) = parse("https://example.org").required
    assert choice[0].place is Place.ANYWHERE


def test_a_double_minus_is_an_option_not_an_exclusion() -> None:
    assert parse("--force push").excluded == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*", "3 letters"),
        ("*foo", "end of a word"),
        ("fo*o", "end of a word"),
        ("fo*", "3 letters"),
        ("foo-bar*", "single word"),
        ("-foo -bar", "what to look for"),
        ("()", "no word"),
        ("a OR -b", "OR"),
        ("one two three four five six seven eight nine", "quotation marks"),
        ("w" * 41, "40 characters"),
        ("w " * 101, str(MAX_CHARACTERS)),
        (" ".join('"' + "a b c d e f g h i j" + '"' for _ in range(7)), "too many words"),
    ],
)
def test_refusals_say_what_to_do(text: str, says: str) -> None:
    with pytest.raises(QueryRefused, match=says.replace("(", r"\(")):
        parse(text)


def test_reading_takes_no_time_whatever_is_typed() -> None:
    begin = time.process_time()
    for sign in '"-*:. ()a\u6771':
        for text in (sign * 200, (sign + "a") * 100, ("from:" + sign) * 33):
            try:
                parse(text)
            except QueryRefused:
                continue
    assert time.process_time() - begin < 1
