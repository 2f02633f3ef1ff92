"""Mailbox files come apart into exactly the messages that were put into them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.formats import mbox

WHEN = datetime(2026, 11, 2, 10, 5, 6, tzinfo=UTC)
LINE = b"From ann@example.org Mon Nov  2 10:05:06 2026\n"


def contents(data: bytes, *, unquote: bool = False) -> list[bytes]:
    return [entry.content for entry in mbox.read(io.BytesIO(data), unquote=unquote)]


def test_two_messages_come_apart_and_the_line_between_belongs_to_neither() -> None:
    assert contents(LINE + b"Subject: a\n\none\n\n" + LINE + b"Subject: b\n\ntwo\n") == [
        b"Subject: a\n\none\n",
        b"Subject: b\n\ntwo\n",
    ]


def test_the_line_ends_of_a_message_are_its_own() -> None:
    data = LINE.replace(b"\n", b"\r\n") + b"Subject: a\r\n\r\none\r\n\r\n"
    assert contents(data * 2) == [b"Subject: a\r\n\r\none\r\n"] * 2


def test_a_sentence_that_begins_with_from_is_no_separator() -> None:
    letter = b"Subject: a\n\nDear Ann,\n\nFrom my window I see the sea.\n"
    assert contents(LINE + letter) == [letter]


def test_the_date_of_the_envelope_is_read() -> None:
    (entry,) = mbox.read(io.BytesIO(LINE + b"Subject: a\n\none\n"))
    assert entry.envelope_date == WHEN


def test_what_stands_after_a_quote_mark_is_left_as_it_stands_unless_asked() -> None:
    letter = b"Subject: a\n\n>From the top\n>>From below\n"
    assert contents(LINE + letter) == [letter]
    assert contents(LINE + letter, unquote=True) == [b"Subject: a\n\nFrom the top\n>From below\n"]


def test_reading_can_begin_anew_at_any_message() -> None:
    data = (LINE + b"Subject: a\n\none\n\n") * 3
    entries = list(mbox.read(io.BytesIO(data)))
    stream = io.BytesIO(data)
    stream.seek(entries[0].end)
    assert [entry.offset for entry in mbox.read(stream)] == [entry.offset for entry in entries[1:]]
    stream.seek(entries[-1].end)
    assert list(mbox.read(stream)) == []


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"Subject: a letter, not a mailbox\n\nHello\n"])
def test_a_file_that_is_no_mailbox_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(mbox.NotAMailbox, match=r"\.$"):
        list(mbox.read(io.BytesIO(data)))


@given(st.lists(st.binary(max_size=200) | st.sampled_from([b"From x\n", b">From y\n", LINE, b"\n", b"a\n\n\n"])))
def test_what_is_written_is_read_back_byte_for_byte(messages: list[bytes]) -> None:
    whole = [message if message.endswith(b"\n") else message + b"\n" for message in messages]
    stream = io.BytesIO()
    assert mbox.write(stream, [(message, WHEN) for message in whole]) == len(whole)
    if whole:
        assert contents(stream.getvalue(), unquote=True) == whole
