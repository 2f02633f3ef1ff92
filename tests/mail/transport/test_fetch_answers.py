"""What a FETCH answer holds, read from imaplib's pieces; recorded answers of real servers among them."""

from __future__ import annotations

import os
import re
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.fetch_answers import Piece, answers, answers_by_uid, verdict
from wiki.mail.transport.protocol import FetchedMessage

PROJECT = Path(__file__).resolve().parents[3]
CORPORA = Path(os.environ.get("POSTROOM_CORPORA", PROJECT.parent / "shared" / "corpora"))


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


def recorded() -> Iterator[tuple[str, bytes]]:
    """Whole-message answers among the recorded dialogues, with the line ends they had on the wire."""
    archive = CORPORA / "mailkit-server-dialogues.tar.gz"
    if not archive.exists():
        return
    with tarfile.open(archive) as files:
        for member in files:
            stream = files.extractfile(member) if member.isfile() and "/Imap/Resources/" in member.name else None
            text = stream.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if stream else b""
            if len(re.findall(rb"BODY\[\] \{\d+\}", text)) == 1 and re.search(rb"UID \d", text):
                yield member.name.partition("Resources/")[2], text


@pytest.mark.corpora
def test_recorded_answers_of_real_servers_give_their_message(patient: Deadlines) -> None:
    dialogues = dict(recorded())
    if not dialogues:
        pytest.skip(f"{CORPORA} has no mailkit-server-dialogues.tar.gz; set POSTROOM_CORPORA")
    assert len(dialogues) > 20
    for name, text in dialogues.items():
        head = re.search(rb"BODY\[\] \{(\d+)\}\r\n", text)
        uid = re.search(rb"UID (\d+)", text)
        assert head is not None
        assert uid is not None
        content = text[head.end() :][: int(head[1])]

        def fetch(
            talk: Talk, tag: bytes, arguments: bytes, text: bytes = text, uid: bytes = uid[1], size: bytes = head[1]
        ) -> None:
            sizes = b"* 1 FETCH (UID " + uid + b" RFC822.SIZE " + size + b")\r\n" + tag + b" OK done\r\n"
            talk.send(re.sub(rb"A#+", tag, text) if b"BODY" in arguments else sizes)

        with (
            ScriptedServer(ImapScript({int(uid[1]): content}, replies={b"UID FETCH": fetch})) as server,
            server.imap(patient) as session,
        ):
            session.select("INBOX")
            (found,) = session.fetch([int(uid[1])])
        assert isinstance(found, FetchedMessage), (name, found)
        assert found.content == content, name
