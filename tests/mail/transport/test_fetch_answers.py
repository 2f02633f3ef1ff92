"""What a FETCH answer holds, read from imaplib's pieces."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.transport.fetch_answers import Piece, answers, answers_by_uid, verdict
from wiki.mail.transport.protocol import FetchedMessage


def test_two_messages_and_news_between_them_are_told_apart() -> None:
    pieces: list[Piece] = [
        (b"1 (UID 5 RFC822.SIZE 3 BODY[] {3}", b"abc"), b")",
        b"1 (FLAGS (\\Seen))",
        (b"2 (BODY[] {2}", b"de"), b" UID 6 RFC822.SIZE 2)",
    ]  # fmt: skip
    found = list(answers(pieces))
    assert [answer.uid for answer in found] == [5, None, 6]
    by_uid = answers_by_uid(found)
    assert verdict(5, by_uid[5], None) == FetchedMessage(5, b"abc", 3)
    assert verdict(6, by_uid[6], None) == FetchedMessage(6, b"de", 2)
    assert verdict(7, [], None) is None


def test_an_answer_that_the_connection_cut_off_is_left_out() -> None:
    pieces: list[Piece] = [(b"1 (UID 5 RFC822.SIZE 3 BODY[] {3}", b"abc"), b")", (b"2 (UID 6 BODY[] {2}", b"de")]
    assert [answer.uid for answer in answers(pieces)] == [5]


@given(st.lists(st.one_of(st.binary(max_size=40), st.tuples(st.binary(max_size=40), st.binary(max_size=9)))))
def test_no_octets_make_the_reader_stumble(pieces: list[Piece]) -> None:
    for answer in answers(pieces):
        assert answer.uid is None or answer.uid >= 0
        assert answer.internal_date is None or answer.internal_date.tzinfo is not None


@pytest.mark.parametrize(
    "hostile", [b'"\\' * 300_000, b"(" * 500_000, b'"' * 500_001, b"{1" * 300_000, b"a(" * 300_000]
)
def test_hostile_lines_cost_no_more_than_their_length(hostile: bytes) -> None:
    begun = time.monotonic()
    assert not next(answers([b"1 (UID 5 " + hostile])).is_sound
    assert time.monotonic() - begun < 2
