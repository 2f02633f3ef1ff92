"""Mailbox files come apart into exactly the messages that were put into them."""

from __future__ import annotations

import io
import time
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measured import within_processor_time
from wiki.mail.formats import mbox
from wiki.mail.formats.mbox import Quoting
from wiki.mail.message import RawMessage

WHEN = datetime(2026, 11, 2, 10, 5, 6, tzinfo=UTC)
LINE = b"From ann@example.org Mon Nov  2 10:05:06 2026\n"

pieces = [b"From x\n", b">From y\n", b">>From \n", LINE, b"\n", b"\r", b"\r\n", b"a\n\n\n", b"Subject: a\n"]
message = st.lists(st.binary(max_size=40) | st.sampled_from(pieces), max_size=6).map(b"".join)
anything = st.lists(message, max_size=5)


def contents(data: bytes, quoting: Quoting = Quoting.DETECT) -> list[bytes]:
    return [entry.content for entry in mbox.read(io.BytesIO(data), quoting)]


def written(*messages: RawMessage) -> bytes:
    stream = io.BytesIO()
    assert mbox.write(stream, messages) == len(messages)
    return stream.getvalue()


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


def test_a_separator_needs_an_empty_line_before_it() -> None:
    letter = b"Subject: a\n\nThe log says:\n" + LINE + b"Status: sent\n"
    assert contents(LINE + letter) == [letter]


def test_a_file_whose_separators_have_no_date_comes_apart_where_headers_follow() -> None:
    data = b"From ann\nSubject: a\n\nFrom my window\n\nFrom here\n\nFrom bob\nSubject: b\n\ntwo\n"
    assert contents(data) == [b"Subject: a\n\nFrom my window\n\nFrom here\n", b"Subject: b\n\ntwo\n"]


def test_a_wrong_content_length_is_not_believed() -> None:
    letters = [b"Content-Length: 9999\n\none\n", b"Content-Length: 1\n\ntwo\n\nthree\n"]
    assert contents(b"\n".join(LINE + letter for letter in letters)) == letters


def test_the_date_of_the_envelope_is_read() -> None:
    (entry,) = mbox.read(io.BytesIO(LINE + b"Subject: a\n\none\n"))
    assert entry.envelope_date == WHEN


def test_an_address_that_looks_like_a_date_is_not_taken_for_one() -> None:
    line = b"From bounce-12-may-2002@example.org  Mon Nov  2 10:05:06 2026\n"
    (entry,) = mbox.read(io.BytesIO(line + b"Subject: a\n\none\n"))
    assert entry.envelope_date == WHEN


def test_what_stands_behind_a_quote_mark_in_a_foreign_file_is_left_as_it_stands() -> None:
    letter = b"Subject: a\n\n>From the top\n>>From below\n"
    assert contents(LINE + letter) == [letter]


def test_a_person_who_knows_the_file_may_have_it_unquoted() -> None:
    letter = b"Subject: a\n\n>From the top\n>>From below\n"
    assert contents(LINE + letter, Quoting.MBOXRD) == [b"Subject: a\n\nFrom the top\n>From below\n"]
    assert contents(LINE + letter, Quoting.MBOXO) == [b"Subject: a\n\nFrom the top\n>>From below\n"]


def test_the_mboxrd_of_public_inbox_is_known_by_its_separator() -> None:
    data = b"From mboxrd@z Thu Jan  1 00:00:00 1970\nSubject: a\n\n>From the top\n"
    assert contents(data) == [b"Subject: a\n\nFrom the top\n"]


def test_reading_can_begin_anew_at_any_message() -> None:
    data = (LINE + b"Subject: a\n\none\n\n") * 3
    entries = list(mbox.read(io.BytesIO(data)))
    stream = io.BytesIO(data)
    stream.seek(entries[0].end)
    assert [entry.offset for entry in mbox.read(stream)] == [entry.offset for entry in entries[1:]]
    stream.seek(entries[-1].end)
    assert list(mbox.read(stream)) == []


UNDATED = b"From ann\n"


@given(st.lists(st.tuples(st.sampled_from([LINE, UNDATED]), st.sampled_from([b"Subject: a\n\none\n", b"two\n"]))))
def test_reading_on_behind_any_message_gives_what_reading_the_whole_file_gives(
    letters: list[tuple[bytes, bytes]],
) -> None:
    data = UNDATED + b"Subject: a\n\n" + b"".join(b"\n" + separator + letter for separator, letter in letters)
    for begun in (data, LINE + data[len(UNDATED) :]):
        entries = list(mbox.read(io.BytesIO(begun)))
        for number, entry in enumerate(entries, 1):
            stream = io.BytesIO(begun)
            stream.seek(entry.end)
            assert list(mbox.read(stream, needs_date=entry.needs_date)) == entries[number:]


def test_empty_lines_before_the_first_message_are_passed_over() -> None:
    assert contents(b"\n\r\n" + LINE + b"Subject: a\n\none\n") == [b"Subject: a\n\none\n"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"\x89PNG\r\n", b"Subject: a letter, no mailbox\n\nHello\n", b"From here to there\nit is far.\n"],
)
def test_a_file_that_is_no_mailbox_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(mbox.NotAMailbox, match=r"\.$"):
        next(mbox.read(io.BytesIO(data)))


def test_a_message_beyond_all_bounds_is_passed_over_in_constant_memory_and_the_next_one_is_read() -> None:
    data = LINE + b"Subject: a\n\none\n\n" + LINE + b"x" * 6_000_000 + b"\n\n" + LINE + b"Subject: b\n\ntwo\n"
    stream = io.BytesIO(data)
    tracemalloc.start()
    first, large, last = mbox.read(stream, max_message=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [first.content, last.content] == [b"Subject: a\n\none\n", b"Subject: b\n\ntwo\n"]
    assert (large.is_too_large, large.content, large.size) == (True, b"", 6_000_002)
    assert peak < 5_000_000


def mboxcl2(*letters: tuple[bytes, bytes]) -> bytes:
    """A mailbox that quotes nothing and relies on its lengths."""
    return b"".join(LINE + header + b"Content-Length: %d\n\n" % len(body) + body + b"\n" for header, body in letters)


NOT_QUOTED = b"one\n\n" + LINE + b"Subject: a mailbox inside of a letter\n\ntwo\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_length_that_ends_exactly_at_a_separator_keeps_a_letter_whole_that_holds_a_mailbox(ending: bytes) -> None:
    data = mboxcl2((b"Subject: a\n", NOT_QUOTED), (b"Subject: b\n", b"three\n"), (b"Subject: c\n", NOT_QUOTED))
    if ending == b"\r\n":
        bodies = [len(NOT_QUOTED), len(NOT_QUOTED) + NOT_QUOTED.count(b"\n")]
        data = data.replace(b": %d\n" % bodies[0], b": %d\n" % bodies[1]).replace(b": 6\n", b": 7\n")
        data = data.replace(b"\n", b"\r\n")
    found = contents(data)
    assert [each.partition(ending)[0] for each in found] == [b"Subject: a", b"Subject: b", b"Subject: c"]
    assert found[0].endswith(NOT_QUOTED.replace(b"\n", ending))
    assert found[2].endswith(NOT_QUOTED.replace(b"\n", ending))


@pytest.mark.parametrize("wrong", [-7, -1, 2, 40, 100_000_000])
def test_a_length_that_ends_anywhere_else_is_not_believed(wrong: int) -> None:
    length = len(NOT_QUOTED) + wrong
    data = LINE + b"Subject: a\nContent-Length: %d\n\n" % length + NOT_QUOTED + b"\n" + LINE + b"Subject: b\n\nlast\n"
    assert [each.splitlines()[0] for each in contents(data)] == [
        b"Subject: a", b"Subject: a mailbox inside of a letter", b"Subject: b",
    ]  # fmt: skip


def test_ever_so_many_wrong_lengths_take_no_time() -> None:
    data = (LINE + b"Content-Length: 9999999\n\none\n\n") * 50_000
    began = time.process_time()
    assert len(contents(data)) == 50_000
    assert time.process_time() - began < 4


def test_what_was_exported_is_never_cut_by_a_length_in_its_letters() -> None:
    letters = [b"Content-Length: %d\n\none\n" % length for length in range(200)]
    assert contents(written(*(RawMessage(each, WHEN) for each in letters))) == letters


def test_a_large_mailbox_is_read_with_the_memory_of_one_message() -> None:
    data = (LINE + b"Subject: a\n\n" + b"word " * 2_000 + b"\n\n") * 2_000
    stream = io.BytesIO(data)
    tracemalloc.start()
    assert sum(1 for _ in mbox.read(stream)) == 2_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000 < len(data)


def test_a_separator_as_long_as_a_book_takes_no_time() -> None:
    with within_processor_time(2):
        contents(LINE + b"\nFrom " + b"1:23 2002x " * 100_000)


@given(anything)
def test_what_is_written_is_read_back_byte_for_byte(messages: list[bytes]) -> None:
    data = written(*(RawMessage(message, WHEN) for message in messages))
    if messages:
        assert contents(data) == messages


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([LINE, b"From a\n", b"\n", b"a: b\n", b">From c\n"])).map(b"".join)
)
def test_no_file_makes_the_reader_stumble(data: bytes) -> None:
    try:
        entries = list(mbox.read(io.BytesIO(data)))
    except mbox.NotAMailbox:
        return
    assert [entry.offset for entry in entries[1:]] == [entry.end for entry in entries[:-1]]
    assert entries[-1].end == len(data)


def test_the_date_is_written_as_the_envelope_in_utc() -> None:
    assert written(RawMessage(b"Subject: a\n\none\n", WHEN)).startswith(
        b"From mboxrd@postroom.invalid Mon Nov  2 10:05:06 2026\n"
    )


def test_a_line_that_begins_with_from_is_protected_in_the_file() -> None:
    assert b"\n>From the top\n>>From below\n" in written(RawMessage(b"Subject: a\n\nFrom the top\n>From below\n"))


def test_a_message_without_a_date_of_arrival_comes_back_without_one() -> None:
    (entry,) = mbox.read(io.BytesIO(written(RawMessage(b"Subject: a\n\none\n"))))
    assert entry.envelope_date is None
