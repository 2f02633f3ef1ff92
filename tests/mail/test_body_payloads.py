"""Two collections of attacks on sanitisers come to nothing."""

from __future__ import annotations

import json

import pytest

from tests import corpora
from tests.mail.letters import letter
from tests.richtext.safety import assert_harmless
from wiki.mail import body
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import parse

pytestmark = pytest.mark.corpora


def assert_payload_harmless(payload: str) -> None:
    head = "From: a@example.org\nContent-Type: text/html; charset=utf-8\n\n"
    parsed = parse(RawMessage((head + payload).encode("utf-8", "surrogatepass")))
    assert_harmless(body.safe_html(parsed).html)
    shown = body.safe_html(parsed, allow_remote=True, inline_url=lambda _content_id: "/own/part")
    assert_harmless(shown.html, own_addresses=("/own/", "http://", "https://"))
    assert_harmless(body.text_html(payload))
    assert_harmless(body.text_html(parsed.text))


def test_the_payloads_of_dompurify() -> None:
    payloads = [json.loads(content) for name, content in corpora.files("xss-dompurify") if name.endswith("expect.json")]
    assert len(payloads[0]) == 223
    for entry in payloads[0]:
        assert_payload_harmless(entry["payload"])


def test_the_payloads_of_bleach() -> None:
    payloads = [content for name, content in corpora.files("xss-bleach") if name.endswith(".test")]
    assert len(payloads) > 15
    for payload in payloads:
        assert_payload_harmless(payload.decode().partition("\n--\n")[0])


def test_the_html_of_all_spam_and_ham() -> None:
    count = 0
    for _, content in corpora.mails("spamassassin"):
        if b"<html" in content.lower():
            parsed = parse(RawMessage(content))
            assert_harmless(body.safe_html(parsed).html)
            count += bool(parsed.html)
    assert count > 1_000


def test_a_payload_in_every_header_is_only_text() -> None:
    payload = '"><img src=x onerror=alert(1)>'
    parsed = letter(
        f"To: {payload} <a@b>", f"Subject: {payload}", f'Content-Type: text/plain; name="{payload}"', "", payload
    )
    assert parsed.subject == payload
    assert parsed.parts[0].content_type == "text/plain"
    assert_harmless(body.text_html(parsed.text))
