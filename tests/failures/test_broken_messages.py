"""Mail that breaks programs comes from a server like any other: its octets are kept and it can be read and found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.scripted import ScriptedServer
from wiki.mail.models import Message

PLAIN = b"From: ann@example.org\r\nMessage-ID: <plain@example.org>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n"


def fetched(world: World, *letters: bytes) -> list[Message]:
    """The rows of these messages, in this order, after a fetch that went well and kept them octet for octet."""
    with ScriptedServer(mailbox(letters)) as server:
        world.fetch(world.account(server))
    world.assert_each_once(letters)
    rows = world.messages()
    assert all(row.parsed_version > 0 for row in rows)
    return rows


@shows("invalid dates")
@pytest.mark.parametrize(
    "date",
    ["", "Date: \r\n", "Date: yesterday\r\n", "Date: Mon, 32 Foo 20261 25:61:61 +9999\r\n",
     "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n", "Date: Fri, 1 Jan 2126 00:00:00 +0000\r\n", "Date: \0\r\n"],
)  # fmt: skip
def test_a_message_of_an_absurd_date_stands_where_it_was_received(world: World, date: str) -> None:
    content = f"Received: by mx; Tue, 3 Nov 2026 09:00:00 +0000\r\nFrom: a@b.example\r\n{date}Subject: x\r\n\r\nx\r\n"
    [row] = fetched(world, content.encode())
    assert row.date == datetime(2026, 11, 3, 9, tzinfo=UTC)
    assert row.received_date == row.date
    assert row.internal_date == datetime(2024, 2, 2, 9, 11, 12, tzinfo=UTC)


@shows("copies with another date or order")
def test_messages_stand_by_their_own_dates_whatever_number_and_date_the_server_gave_them(world: World) -> None:
    newest_first = [letter(number).replace(b"Nov 2026", b"Nov 2020") for number in (30, 20, 10)]
    rows = fetched(world, *newest_first)
    assert len({row.internal_date for row in rows}) == 1
    assert [row.subject for row in sorted(rows, key=lambda row: row.date)] == ["Letter 10", "Letter 20", "Letter 30"]


CHARSETS = {
    "unknown": (b"x-foo", "grüße".encode("latin-1"), "grüße"),
    "unknown-8bit": (b"unknown-8bit", "grüße".encode(), "grüße"),
    "with a NUL": (b'"utf\0-8"', "grüße".encode(), "grüße"),
    "a codec that is no charset": (b"zip", b"plain", "plain"),
    "latin-1 that is windows-1252": (b"iso-8859-1", "“grüße”".encode("cp1252"), "“grüße”"),
    "utf-8 that is not": (b"utf-8", "grüße".encode("latin-1"), "gr"),
    "ascii that is utf-8": (b"us-ascii", "grüße".encode(), "grüße"),
}


@shows("wrong charset", "header that no library reads")
@pytest.mark.parametrize("case", CHARSETS)
def test_text_in_a_wrong_charset_can_be_read(world: World, case: str) -> None:
    charset, body, read = CHARSETS[case]
    [row] = fetched(world, PLAIN + b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n" + body + b"\r\n")
    assert read in row.text


@shows("nul bytes")
def test_nul_is_kept_in_the_octets_and_not_in_the_text(world: World) -> None:
    [row] = fetched(world, PLAIN + b"Subject: a\0b\r\n\r\nbefore\0after\r\n\0\r\n")
    assert "\0" not in row.subject + row.text + row.from_name
    assert "before" in row.text
    assert "after" in row.text


NO_IDS = [b"", b"Message-ID: <>\r\n", b"Message-ID: <[a@b>\r\n", b"Message-ID: <\r\n", b"Message-ID:\r\n"]


@shows("no message-id", "header that no library reads")
@pytest.mark.parametrize("header", NO_IDS)
def test_messages_without_an_id_are_all_kept_and_each_has_its_own(world: World, header: bytes) -> None:
    rows = fetched(world, *(header + b"Subject: x\r\n\r\n%d\r\n" % number for number in range(3)))
    assert len({row.message_id for row in rows}) == (1 if b"[" in header else 3)


@shows("synthetic id collision")
def test_messages_without_an_id_that_differ_in_the_last_octet_only_are_two(world: World) -> None:
    rows = fetched(world, *(b"From: a@b.example\r\nSubject: same\r\n\r\n" + b"x" * 5000 + end for end in (b"1", b"2")))
    assert len({row.message_id for row in rows}) == 2


@shows("same id, different mail")
def test_two_messages_of_one_id_are_both_kept_and_shown(world: World) -> None:
    draft, sent = letter(1, body="A draft."), letter(1, body="As it was sent.")
    rows = fetched(world, draft, sent)
    assert len({row.message_id for row in rows}) == 1
    assert {row.text.strip() for row in rows} == {"A draft.", "As it was sent."}


@shows("one message in several folders")
def test_a_message_under_several_labels_is_one_message_with_several_places(world: World) -> None:
    script = mailbox([letter(1), letter(2)], others={b"Sent": {5: letter(1)}, b"All": {1: letter(1), 2: letter(2)}})
    with ScriptedServer(script) as server:
        account = world.account(server, folders=["INBOX", "Sent", "All"])
        assert world.fetch(account) == "2 new messages, 3 already archived."
        world.assert_each_once([letter(1), letter(2)])
        assert world.states(account) == {"archived": 5}
        assert world.fetch(account) == "Nothing new."


@shows("bytes written anew")
@pytest.mark.parametrize("protocol", [mailbox, maildrop])
def test_octets_that_a_library_would_write_otherwise_come_out_as_they_came(world: World, protocol: object) -> None:
    letters = [
        b"From x\r\nSubject:  two  spaces\r\nTo:a@b.example,\r\n\t" + b"long@example.org, " * 60 + b"\r\n\r\nbody",
        b"\r\nFrom nobody: broken\r\n\r\n>From here\r\nFrom there\r\n",
        PLAIN + b"\r\n" + bytes(range(256)).replace(b"\n", b"") + b"\r\n.\r\n..\r\n",
        b"\r\n",
        b"no header at all",
    ]
    with ScriptedServer(protocol(letters)) as server:  # type: ignore[operator]
        world.fetch(world.account(server))
        world.assert_each_once(letters)


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1200))


@shows("nested until recursion ends")
def test_twelve_hundred_nested_parts_are_kept_and_read(world: World) -> None:
    fetched(world, PLAIN + NESTED + b"\r\nthe innermost\r\n", letter(2))


@shows("header that no library reads")
@pytest.mark.parametrize(
    "header",
    [b"Content-Type: multipart/mixed\r\n", b"To: a@[\r\n", b"From: =?utf-8?q?=0a?= <a@b>\r\n", b"Subject: =?x?\r\n",
     b"To: " + b"(" * 1000 + b"\r\n", b"Content-Transfer-Encoding: nonsense\r\n"],
)  # fmt: skip
def test_a_header_on_which_parsers_raise_does_not_cost_the_message(world: World, header: bytes) -> None:
    [row] = fetched(world, b"Message-ID: <x@example.org>\r\n" + header + b"\r\nStill there.\r\n")
    assert "Still there." in row.text
