"""Where a message ends inside a POP3 answer, whatever the server means by a line."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tests.servers.scripted_pop import stuffed
from wiki.mail.transport.pop3_text import Shape, TextReader

# Text that is made of what matters here.
tricky = st.lists(st.sampled_from([b"\r\n", b"\n", b"\r", b".", b"..", b"a", b"\r\n.\r\n", b"\0"])).map(b"".join)


def read(answer: bytes, announced: int, pieces: int) -> tuple[bytes, Shape, bytes] | None:
    """The text, its shape and what is behind it, fed in so many octets at a time; None when it has no end."""
    text = bytearray()
    reader = TextReader(announced, text.extend)
    for start in range(0, len(answer), pieces):
        rest = reader.feed(answer[start : start + pieces])
        if rest is not None:
            return bytes(text), reader.shape, rest + answer[start + pieces :]
    return None


def message_in(text: bytes, announced: int, pieces: int = 4096) -> bytes | None:
    """The message of so many octets in a text that is read in pieces."""
    shape = Shape()
    shape.grow(text)
    reading = shape.reading(announced)
    return None if reading is None else b"".join(reading.of(cut(text, pieces)))


def cut(text: bytes, pieces: int) -> Iterator[bytes]:
    return (text[start : start + pieces] for start in range(0, len(text), pieces))


@given(content=tricky.filter(lambda content: content == b"" or content.endswith(b"\r\n")), pieces=st.integers(1, 9))
def test_what_a_correct_server_sends_comes_out_octet_for_octet(content: bytes, pieces: int) -> None:
    answer = stuffed(content) + b"+OK next\r\n"
    found = read(answer, len(content), pieces)
    assert found is not None
    text, shape, rest = found
    reading = shape.reading(len(content))
    assert reading is not None
    assert b"".join(reading.of(cut(text, pieces))) == content
    assert rest == b"+OK next\r\n"


@given(content=tricky, pieces=st.integers(1, 9))
def test_no_reading_is_taken_that_has_another_size(content: bytes, pieces: int) -> None:
    found = read(stuffed(content), len(content) + 1, pieces)
    if found is not None:
        message = message_in(found[0], len(content) + 1)
        assert message is None or len(message) == len(content) + 1


def test_the_line_end_that_a_server_adds_is_not_part_of_the_message() -> None:
    content = b"Subject: x\r\n\r\nno end"
    text, *_ = read(stuffed(content), len(content), 4096) or (b"",)
    assert message_in(text, len(content)) == content


def test_a_server_whose_lines_end_with_a_bare_line_feed_is_understood_by_its_sizes() -> None:
    content = b"Subject: x\n\n.\n..\nend\n"
    answer = b"Subject: x\n\n..\n...\nend\n.\r\n"
    text, _, rest = read(answer, len(content), 5) or (b"", Shape(), b"?")
    assert message_in(text, len(content)) == content
    assert rest == b""


def test_a_full_stop_after_a_bare_line_feed_is_content_where_the_message_goes_on() -> None:
    content = b"Subject: x\r\n\r\nbare\n.\r\nmore\r\n"
    text, *_ = read(stuffed(content), len(content), 5) or (b"",)
    assert message_in(text, len(content)) == content


def test_the_plain_reading_is_what_the_standard_says() -> None:
    shape = Shape()
    shape.grow(b"..a\r\n...\r\nb\r\n")
    assert b"".join(shape.plain_reading.of([b"..a\r\n...\r\nb\r\n"])) == b".a\r\n..\r\nb\r\n"


@given(text=tricky, pieces=st.integers(1, 9))
def test_every_reading_has_the_octets_that_were_counted_however_the_text_is_cut(text: bytes, pieces: int) -> None:
    shape = Shape()
    for piece in cut(text, pieces):
        shape.grow(piece)
    whole = Shape()
    whole.grow(text)
    assert shape == whole
    for reading in shape.readings():
        message = b"".join(reading.of(cut(text, pieces)))
        assert len(message) == reading.octets
        # What replacing in the whole text gives, but for a first dot of its own and an end that was added.
        plain = (reading.line_end + text).replace(reading.line_end + b".", reading.line_end)[len(reading.line_end) :]
        assert message in {plain, b"." + plain, plain.removesuffix(b"\r\n"), b"." + plain.removesuffix(b"\r\n")}


def test_a_first_line_that_was_left_unguarded_is_understood_and_a_guarded_one_is_not_mistaken_for_it() -> None:
    content = b".Subject: x\r\n\r\n.\r\n"
    assert message_in(b".Subject: x\r\n\r\n..\r\n", len(content)) == content
    assert message_in(stuffed(content)[:-3], len(content)) == content
    assert message_in(stuffed(content)[:-3], len(content) + 1) is None
