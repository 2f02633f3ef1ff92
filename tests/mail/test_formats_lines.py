"""A stream is read in blocks and given by lines or paragraphs, wherever the blocks happen to end."""

from __future__ import annotations

import io
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.formats import lines, mbox
from wiki.mail.formats.lines import LineReader

PIECES = (b"From a@b Thu Aug  1 14:45:33 2002\n", b"From ", b"\n", b"\r\n", b"\r", b"text\n", b">From x\n", b"Fro")
texts = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)
blocks = st.sampled_from((1, 2, 3, 7, 64))


@given(text=texts, block=blocks)
def test_lines_are_those_of_the_stream(text: bytes, block: int) -> None:
    with patch.object(lines, "_BLOCK", block):
        reader = LineReader(io.BytesIO(text))
        assert list(iter(reader.line, b"")) == io.BytesIO(text).readlines()


@given(text=texts, block=blocks)
def test_empty_lines_and_separators_come_alone_and_nothing_is_lost(text: bytes, block: int) -> None:
    with patch.object(lines, "_BLOCK", block):
        found = list(iter(LineReader(io.BytesIO(text)).paragraph, b""))
    assert b"".join(found) == text
    for each in found:
        inside = io.BytesIO(each).readlines()
        assert len(inside) == 1 or not {b"\n", b"\r\n"} & set(inside)
        assert len(inside) == 1 or not each.startswith(b"From ")


def test_an_over_long_line_comes_in_pieces() -> None:
    with patch.object(lines, "LONGEST_LINE", 10), patch.object(lines, "_BLOCK", 4):
        assert list(iter(LineReader(io.BytesIO(b"x" * 25 + b"\ny\n")).line, b"")) == [
            b"x" * 10,
            b"x" * 10,
            b"xxxxx\n",
            b"y\n",
        ]


@given(text=texts, block=blocks)
def test_where_the_blocks_end_changes_no_message(text: bytes, block: int) -> None:
    content = PIECES[0] + b"Subject: x\n\n" + text
    whole = list(mbox.read(io.BytesIO(content)))
    with patch.object(lines, "_BLOCK", block):
        assert list(mbox.read(io.BytesIO(content))) == whole
