"""A message is sorted by a moment that can be true, and what the headers said is kept beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.mail.letters import nasty, raw
from wiki import clock
from wiki.mail.message import RawMessage
from wiki.mail.parsing import dates
from wiki.mail.parsing.parse import parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_the_date_header_counts_when_it_can_be_true() -> None:
    parsed = nasty("html-only")
    assert parsed.date == parsed.header_date == datetime(2026, 11, 2, 9, 5, 6, tzinfo=UTC)


def test_without_date_the_topmost_received_counts() -> None:
    parsed = nasty("no-date")
    assert parsed.header_date is None
    assert parsed.date == parsed.received_date == datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    assert "There is no readable Date. The time of receipt was taken." in parsed.defects


def test_a_date_after_the_receipt_is_not_believed_and_yet_kept() -> None:
    parsed = nasty("date-in-the-future")
    assert parsed.date == datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    assert parsed.header_date == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_date_a_few_hours_after_the_receipt_is_a_clock_that_is_a_little_fast() -> None:
    content = b"Date: Tue, 3 Nov 2026 20:00:00 +0000\nReceived: by x; Tue, 3 Nov 2026 08:00:00 +0000\n\n"
    assert parse(RawMessage(content)).date == datetime(2026, 11, 3, 20, 0, tzinfo=UTC)


def test_an_unset_clock_gives_way_to_where_the_message_was_found() -> None:
    found = datetime(2020, 5, 4, 3, 2, 1, tzinfo=UTC)
    content = raw("date-of-an-unset-clock").content
    assert parse(RawMessage(content, found)).date == found
    assert parse(RawMessage(b"From a@example.org Mon May  4 03:02:01 2020\n" + content)).date == found


def test_a_message_without_any_date_is_sorted_as_if_from_1970_and_says_so() -> None:
    parsed = nasty("date-of-an-unset-clock")
    assert parsed.date == dates.EPOCH
    assert "The Date cannot be true. The message is sorted as if from 1970." in parsed.defects


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 1 Aug 2002 14:45:33 +0200 (CEST)", (2002, 8, 1, 12, 45, 33)),
        ("1 Aug 02 14:45 EST", (2002, 8, 1, 19, 45, 0)),
        ("Thu, 22 Aug 0102 12:07:35 +0800", (2002, 8, 22, 4, 7, 35)),
        ("Mon,  2 Apr 101 04:20:10 CST", (2001, 4, 2, 10, 20, 10)),
        ("Thu Aug  1 14:45:33 CEST 2002", (2002, 8, 1, 12, 45, 33)),
        ("2002-08-01T14:45:33+02:00", (2002, 8, 1, 12, 45, 33)),
        ("2002/09/14 Sat 02:29:32 CDT", (2002, 9, 14, 7, 29, 32)),
        ("Wednesday, April 03, 2002 5:56 AM", (2002, 4, 3, 5, 56, 0)),
        ("28 Jun 01 10:05:15 PM", (2001, 6, 28, 22, 5, 15)),
        ("Fri, 02 Aug 2002 23:37:59 0530", (2002, 8, 2, 18, 7, 59)),
        ("Thu, 29 Aug 2002 15:36:58 +-0500", (2002, 8, 29, 20, 36, 58)),
        ("Sat, 31 Dec 2016 23:59:60 +0000", (2016, 12, 31, 23, 59, 59)),
        ("Thu, 1 Aug 2002 14:45:33 +9999", (2002, 8, 1, 14, 45, 33)),
        ("1 Aug 2002", (2002, 8, 1, 0, 0, 0)),
    ],
)
def test_dates_are_read_as_people_wrote_them(text: str, moment: tuple[int, ...]) -> None:
    assert dates.parse_date(text) == datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Mon, 32 Feb 2002 10:00:00 +0000",
        "1" * 9_000,
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "<HR>",
        "\0",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.parse_date(text) is None


def test_an_absurd_zone_counts_as_utc() -> None:
    assert nasty("date-with-absurd-zone").date == datetime(2026, 11, 2, 10, 5, 6, tzinfo=UTC)
