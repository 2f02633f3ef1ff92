"""What the sample mailbox has to hold so that the demonstration shows what mail is like."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from collections.abc import Callable
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest

from demo.mailbox.build import CONVERSATIONS, RARE_WORD, messages, raw_messages, write_mbox
from demo.mailbox.compose import Post
from demo.mailbox.letters import Letter, read_folder
from demo.mailbox.people import people
from wiki.mail.formats import mbox

PARSED = [email.message_from_bytes(content, policy=email.policy.compat32) for content in messages()]
PARTS = [part for message in PARSED for part in message.walk()]


def texts() -> list[str]:
    found = []
    for part in PARTS:
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "latin-1"
            if isinstance(payload, bytes) and not charset.startswith("x-"):
                found.append(payload.decode(charset))
    return found


def test_the_mailbox_is_as_large_as_promised() -> None:
    assert len(messages()) >= 170


def test_the_mail_spans_fourteen_months_and_ends_in_early_november_2026() -> None:
    dates = [raw.internal_date for raw in raw_messages() if raw.internal_date]
    assert (min(dates).year, min(dates).month) == (2025, 9)
    assert (max(dates).year, max(dates).month) == (2026, 11)
    assert max(dates).day <= 8
    assert dates == sorted(dates)


def test_every_message_parses_without_an_exception() -> None:
    for part in PARTS:
        part.get_content_type()
        part.get_filename()
        part.get_payload(decode=True)
        [str(make_header(decode_header(str(value)))) for name, value in part.items() if name in {"Subject", "From"}]


def test_building_it_again_gives_the_same_bytes() -> None:
    again = raw_messages.__wrapped__()
    assert [raw.sha256 for raw in again] == [raw.sha256 for raw in raw_messages()]


@pytest.mark.parametrize(
    ("charset", "at_least"),
    [
        ("utf-8", 100), ("iso-8859-1", 10), ("iso-8859-15", 10), ("iso-8859-2", 10), ("windows-1252", 5),
        ("koi8-r", 3), ("windows-1251", 1), ("iso-2022-jp", 3), ("shift_jis", 1), ("gb2312", 3), ("big5", 2),
        ("x-harbour-office", 1),
    ],
)  # fmt: skip
def test_people_write_in_many_charsets(charset: str, at_least: int) -> None:
    assert sum(part.get_content_charset() == charset for part in PARTS) >= at_least


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable", "base64"])
def test_utf8_and_its_neighbours_travel_in_every_encoding(encoding: str) -> None:
    assert any(part.get("Content-Transfer-Encoding") == encoding for part in PARTS)


@pytest.mark.parametrize(
    "sentence",
    [
        "Moin, seit gestern Abend", "pas d'excuses, une explication", "¡Qué buena noticia!", "Abro à mão?",
        "Dobrý den", "Dzień dobry", "Здравствуйте", "Καλησπέρα σας", "境港東漁協", "数据都收到了", "海關", "تحية طيبة",
        "there was nothing to deserve",
    ],
)  # fmt: skip
def test_people_write_in_many_languages(sentence: str) -> None:
    squeezed = [" ".join(text.split()).lower() for text in texts()]
    assert any(sentence.lower() in text for text in squeezed)


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        ("application/pdf", 10), ("image/png", 10), ("text/csv", 4), ("text/calendar", 4), ("application/zip", 1),
        ("message/rfc822", 3), ("multipart/alternative", 20), ("multipart/related", 4), ("multipart/report", 1),
        ("message/delivery-status", 1), ("text/html", 20),
    ],
)  # fmt: skip
def test_people_send_many_kinds_of_parts(kind: str, at_least: int) -> None:
    assert sum(part.get_content_type() == kind for part in PARTS) >= at_least


def test_pictures_and_documents_are_what_they_say() -> None:
    for part in PARTS:
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "image/png":
            assert isinstance(payload, bytes)
            assert payload.startswith(b"\x89PNG\r\n\x1a\n")
            assert payload.endswith(b"IEND\xaeB\x60\x82")
        if part.get_content_type() == "application/pdf" and isinstance(payload, bytes) and b"SCAN" not in payload:
            assert payload.startswith(b"%PDF-1.4")


TRAITS: dict[str, Callable[[Message, bytes], bool]] = {
    "has no date": lambda mail, _: mail["Date"] is None,
    "has no Message-ID": lambda mail, _: mail["Message-ID"] is None,
    "has no subject": lambda mail, _: mail["Subject"] is None,
    "has a broken boundary": lambda mail, _: any("Boundary" in type(one).__name__ for one in mail.defects),
    "has a wrong line among the headers": lambda _, raw: b"\r\nscanned at the gateway" in raw,
    "has nothing after its headers": lambda _, raw: b"\r\n\r\n" not in raw and b"\n\n" not in raw,
    "has 8-bit text and no declared charset": lambda mail, raw: mail["Content-Type"] is None and not raw.isascii(),
    "holds a zero byte": lambda _, raw: b"\x00" in raw,
    "ends its lines with bare LF": lambda _, raw: b"\r" not in raw,
    "mixes its line ends": lambda _, raw: b"\r\n" in raw and b"\n" in raw.replace(b"\r\n", b""),
    "has a subject in encoded words": lambda mail, _: str(mail["Subject"]).startswith("=?"),
    "has a sender in encoded words": lambda mail, _: str(mail["From"]).startswith("=?"),
    "has a file name after RFC 2231": lambda _, raw: b"filename*=utf-8''" in raw,
    "has a file name in encoded words": lambda _, raw: b'filename="=?' in raw,
    "is format=flowed": lambda mail, _: any(part.get_param("format") == "flowed" for part in mail.walk()),
    "has a signature": lambda _, raw: b"\n-- \r\n" in raw,
    "has a mailing-list footer": lambda mail, raw: (
        mail["List-Id"] is not None and b"small-harbours mailing list" in raw
    ),
    "has a remote tracking image": lambda _, raw: b'width=3D"1" height=3D"1"' in raw,
    "shows a picture by cid:": lambda _, raw: b"cid:" in raw and b"Content-ID: <" in raw,
    "invites to a meeting": lambda mail, _: any(part.get_param("method") == "REQUEST" for part in mail.walk()),
    "is top-posted with the original below": lambda _, raw: b"-----Original Message-----" in raw,
    "is an automatic alert": lambda mail, _: mail["Auto-Submitted"] == "auto-generated",
    "is only HTML": lambda mail, _: mail.get_content_type() == "text/html",
}


@pytest.mark.parametrize("trait", TRAITS)
def test_some_message(trait: str) -> None:
    assert any(TRAITS[trait](mail, raw) for mail, raw in zip(PARSED, messages(), strict=True))


def test_one_message_came_twice_byte_for_byte() -> None:
    assert 2 in Counter(messages()).values()


def test_a_draft_and_the_mail_sent_share_a_message_id_but_not_their_bytes() -> None:
    identifiers: dict[str, set[bytes]] = {}
    for mail, raw in zip(PARSED, messages(), strict=True):
        identifiers.setdefault(str(mail["Message-ID"]), set()).add(raw)
    del identifiers["None"]
    assert [len(versions) for versions in identifiers.values() if len(versions) > 1] == [2]


def test_automatic_alerts_stay_few() -> None:
    assert 5 <= sum(str(mail["From"]).startswith("Relay watch") for mail in PARSED) <= 15


def test_no_two_people_send_the_same_text() -> None:
    bodies = Counter(letter.body for letter in LETTERS.values() if letter.get("From") != "scanner" and letter.body)
    assert [body for body, times in bodies.items() if times > 1] == []


def test_one_message_alone_holds_the_word_that_is_searched_for() -> None:
    assert sum(RARE_WORD in str(raw.lower()) for raw in messages()) == 1
    assert sum(RARE_WORD in text for text in texts()) == 1


LETTERS: dict[str, Letter] = {letter.key: letter for letter in read_folder(CONVERSATIONS)}
POST = Post(LETTERS, people())


def root(letter: Letter) -> str:
    parent = POST.parent(letter)
    return letter.key if parent is None else root(parent)


def test_threads_are_short_middling_and_long() -> None:
    sizes = Counter(Counter(root(letter) for letter in LETTERS.values()).values())
    assert sum(sizes[size] for size in (2, 3, 4)) >= 15
    assert sum(sizes[size] for size in range(8, 16)) >= 4
    assert max(sizes) >= 25


def test_the_long_thread_is_a_tree_and_changes_its_subject() -> None:
    thread = [letter for letter in LETTERS.values() if root(letter) == "launch"]
    parents = Counter(letter.get("Reply") for letter in thread if letter.get("Reply"))
    assert len(parents) >= 12
    assert parents["launch"] >= 5
    assert any("(was: " in letter.get("Subject") for letter in thread)


def test_a_parent_is_missing() -> None:
    assert any(letter.get("Reply").startswith("<") for letter in LETTERS.values())


def test_an_answer_arrives_before_what_it_answers() -> None:
    early = [
        letter
        for letter in LETTERS.values()
        if (parent := POST.parent(letter)) and POST.arrived(letter) < POST.arrived(parent)
    ]
    assert [letter.key for letter in early] == ["connectors-pellow-2"]


def test_nobody_answers_a_mail_before_it_was_written() -> None:
    for letter in LETTERS.values():
        parent = POST.parent(letter)
        assert parent is None or POST.written(parent) < POST.written(letter), letter.key


def test_all_addresses_lie_in_domains_that_nobody_owns() -> None:
    allowed = ("example.org", "example.com", "example.net", ".test")
    assert [one.address for one in people().values() if not one.address.endswith(allowed)] == []


def test_the_mbox_file_gives_back_every_message(tmp_path: Path) -> None:
    path = tmp_path / "sample.mbox"
    assert write_mbox(path) == len(messages())
    with path.open("rb") as stream:
        entries = list(mbox.read(stream))
    assert [entry.content for entry in entries] == messages()
    assert [entry.envelope_date for entry in entries] == [raw.internal_date for raw in raw_messages()]
