"""Thousands of real mails, and the nasty ones of seven other projects, are read without one exception."""

from __future__ import annotations

import io
import json
from email.header import Header
from email.parser import BytesHeaderParser
from email.policy import compat32

import pytest

from tests import corpora
from wiki.mail import body
from wiki.mail.formats import mbox
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing import parse

pytestmark = pytest.mark.corpora


def read_soundly(content: bytes) -> ParsedMessage:
    parsed = parse.parse(RawMessage(content))
    safe = body.safe_html(parsed)
    json.dumps(parse.to_json(parsed, safe.html), ensure_ascii=False).encode()
    assert parsed.message_id
    assert "\0" not in parsed.text + parsed.subject
    assert parsed.date.utcoffset() is not None
    return parsed


def as_one_line(text: str) -> str:
    return " ".join(text.split())


def test_all_of_spamassassin_is_read_and_agrees_with_the_standard_library_where_that_is_right() -> None:
    count = same_subject = same_date = 0
    headers_only = BytesHeaderParser(policy=compat32)
    for _, content in corpora.mails("spamassassin"):
        parsed = read_soundly(content)
        count += 1
        library = headers_only.parsebytes(content, headersonly=True)
        declared = library["subject"] or ""
        if isinstance(declared, Header) or "=?" in declared:
            continue
        same_subject += as_one_line(declared) == as_one_line(parsed.subject)
        same_date += parsed.date.year in {2001, 2002, 2003}
    assert count == 6_046
    assert same_subject > 5_700
    assert same_date > 5_700


@pytest.mark.parametrize("archive", corpora.NASTY)
def test_the_nasty_mails_of_others_are_read(archive: str) -> None:
    assert sum(1 for _, content in corpora.mails(archive) if read_soundly(content)) > 10


def test_every_message_of_the_ponymail_mailboxes_is_read() -> None:
    count = 0
    for name, content in corpora.files("ponymail"):
        if name.endswith(".mbox"):
            entries = list(mbox.read(io.BytesIO(content)))
            assert entries[-1].end == len(content)
            count += sum(1 for entry in entries if read_soundly(entry.content))
    assert count == 2_039
