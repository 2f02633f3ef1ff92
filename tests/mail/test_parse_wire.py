"""A parsed message crosses from the parser's process to ours as JSON and is the same there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.letters import FOLDER
from wiki.mail.message import Address, ParsedMessage, Part, RawMessage
from wiki.mail.parsing import wire
from wiki.mail.parsing.parse import parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ZONES = st.just(UTC) | st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=ZONES)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(datetime, MOMENTS)


def crossed(message: ParsedMessage) -> ParsedMessage:
    return wire.from_json(ParsedMessage, json.loads(json.dumps(wire.to_json(message)).encode()))


@given(st.from_type(ParsedMessage))
@settings(max_examples=200)
def test_whatever_was_understood_arrives(message: ParsedMessage) -> None:
    assert crossed(message) == message


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.eml")), ids=lambda path: path.stem)
def test_what_is_understood_of_a_nasty_mail_arrives(path: Path) -> None:
    message = parse(RawMessage(path.read_bytes()))
    assert crossed(message) == message


def test_a_field_that_has_its_default_is_not_written() -> None:
    assert wire.to_json(Address("", "ann@example.org")) == {"name": "", "address": "ann@example.org"}
    assert "bcc" not in wire.to_json(parse(RawMessage(b"To: bob@example.org\n\nHi")))


def test_a_field_that_is_no_more_is_passed_over() -> None:
    part = Part(0, "text/plain", "", "", "", 2, "aa", is_attachment=False)
    assert wire.from_json(Part, {**wire.to_json(part), "colour": "blue"}) == part
