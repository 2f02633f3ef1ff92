"""Whatever the bytes, there is a message: nothing is raised, and what comes out can be stored."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.mail.letters import FOLDER
from wiki.mail import body
from wiki.mail.message import RawMessage
from wiki.mail.parsing import parse

NASTY = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
BITS = [
    *(bytes([value]) for value in b'\n\r \t\0\xff:;="()<>'),
    *(b"\r\n", b"--", b"--b", b"--b--", b"> ", b"<p>", b"&#0;", b"\x1b$B", b"=?utf-8?q?", b"?=", b"=?gb2312?b?"),
    *(b"From ", b"Subject: ", b"To: ", b"Date: ", b"References: <", b"Message-ID: "),
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: text/html; charset=utf-7\n",
    *(b"Content-Type: message/rfc822\n", b"Content-Type: message/delivery-status\n", b"Final-Recipient: rfc822; a@b\n"),
    *(
        b"Content-Type: text/calendar\n",
        b"BEGIN:VCALENDAR\n",
        b"BEGIN:VEVENT\n",
        b"DTSTART:20261102\n",
        b"END:VEVENT\n",
    ),
    *(b"Content-Type: application/pkcs7-mime\n", bytes.fromhex("308006092a864886f70d010702a08030800201013100")),
    *(
        b"Content-Type: application/ms-tnef\n",
        b"\x78\x9f\x3e\x22\x01\x00",
        b"Content-Type: multipart/signed; boundary=b\n",
    ),
    b"Content-Type: text/plain; format=flowed\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff\n",
    *(b"charset=utf-16", b"charset=iso-2022-jp"),
]


def assert_sound(content: bytes) -> None:
    raw = RawMessage(content)
    parsed = parse.parse(raw)
    safe = body.safe_html(parsed)
    json.dumps(parse.to_json(parsed, safe.html), ensure_ascii=False).encode()  # no lone surrogate anywhere
    assert "\0" not in parsed.text + parsed.html + parsed.subject + parsed.message_id
    assert parsed.message_id.strip() == parsed.message_id != ""
    assert parsed.date.utcoffset() is not None
    assert all(part.index == position for position, part in enumerate(parsed.parts))
    assert all(defect.endswith(".") for defect in parsed.defects)
    assert parse.part_content(raw, len(parsed.parts) - 1)[0].sha256 == parsed.parts[-1].sha256
    body.text_html(parsed.text).encode()
    assert len(body.snippet(parsed.text)) <= 200


@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\r")
def test_random_bytes_are_a_message(content: bytes) -> None:
    assert_sound(content)


@given(st.lists(st.sampled_from(BITS) | st.binary(max_size=8), max_size=60))
@settings(max_examples=400)
def test_the_bits_of_mails_in_any_order_are_a_message(bits: Sequence[bytes]) -> None:
    assert_sound(b"".join(bits))


@given(st.sampled_from(NASTY), st.randoms(use_true_random=False), st.integers(1, 12))
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_mail_is_a_message(content: bytes, chance: random.Random, wounds: int) -> None:
    damaged = bytearray(content)
    for _ in range(wounds):
        position = chance.randrange(len(damaged) + 1)
        kind = chance.randrange(3)
        if kind == 0:
            damaged[position:position] = chance.choice(BITS)
        elif kind == 1:
            del damaged[position : position + chance.randrange(1, 40)]
        else:
            damaged[position : position + 1] = bytes([chance.randrange(256)])
    assert_sound(bytes(damaged))
