"""A file that is one message is read and written byte for byte."""

from __future__ import annotations

import io

import pytest

from wiki.mail.formats import eml
from wiki.mail.message import RawMessage

LETTER = b"From ann@example.org Mon Nov  2 10:05:06 2026\r\nSubject: a\r\n\r\n>From \x00\xff\r\n\n"


def test_nothing_is_changed_on_the_way_in_or_out() -> None:
    assert eml.read(io.BytesIO(LETTER)).content == LETTER
    stream = io.BytesIO()
    eml.write(stream, RawMessage(LETTER))
    assert stream.getvalue() == LETTER


@pytest.mark.parametrize("data", [b"", b"\r\n \n"])
def test_an_empty_file_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(eml.NotAMessage, match=r"\.$"):
        eml.read(io.BytesIO(data))


def test_a_file_beyond_all_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eml, "MAX_MESSAGE", 10)
    with pytest.raises(eml.NotAMessage, match="larger"):
        eml.read(io.BytesIO(LETTER))
