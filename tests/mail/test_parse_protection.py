"""Signed and encrypted mail is shown as what it is: what was signed is read, nothing is called verified."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.mail.letters import letter
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing import smime
from wiki.mail.parsing.parse import parse, part_content

SIGNED_CONTENT = (
    b"Content-Type: multipart/mixed; boundary=s\r\n\r\n--s\r\n\r\nThe signed text.\r\n"
    b"--s\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--s--\r\n"
)


@cache
def signed(content: bytes = SIGNED_CONTENT) -> bytes:
    """What an S/MIME mailer makes of the content: DER of RFC 5652."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ann")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def indefinite(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


def ber(content: bytes) -> bytes:
    """The same as mailers that stream write it: no lengths, the octets in pieces of 100."""
    pieces = [content[start : start + 100] for start in range(0, len(content), 100)]
    octets = indefinite(0x24, b"".join(bytes([0x04, len(piece)]) + piece for piece in pieces))
    data = bytes.fromhex("06092a864886f70d010701")
    signed_data = bytes.fromhex("020101") + bytes.fromhex("3100") + indefinite(0x30, data + indefinite(0xA0, octets))
    return indefinite(
        0x30, bytes.fromhex("06092a864886f70d010702") + indefinite(0xA0, indefinite(0x30, signed_data + b"\x31\0"))
    )


def opaque(data: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data") -> RawMessage:
    head = f"From: ann@example.org\nContent-Type: {kind}; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n"
    return RawMessage(head.encode() + base64.encodebytes(data))


@pytest.mark.parametrize("data", [signed(), ber(SIGNED_CONTENT)], ids=["DER", "BER"])
@pytest.mark.parametrize("kind", ["application/pkcs7-mime; smime-type=signed-data", "application/octet-stream"])
def test_what_is_wrapped_in_a_signature_is_read_as_the_message(data: bytes, kind: str) -> None:
    raw = opaque(data, kind)
    message = parse(raw)
    assert message.text == "The signed text."
    assert message.features.signed == "S/MIME"
    assert message.features.encrypted == ""
    assert [(part.filename, part.container) for part in message.attachments] == [("a.pdf", 0)]
    assert part_content(raw, message.attachments[0].index)[1] == b"%PDF"


def test_an_encrypted_mail_is_said_to_be_and_stays_a_file() -> None:
    enveloped = bytes.fromhex("300f06092a864886f70d010703a0023000")
    message = parse(opaque(enveloped, "application/x-pkcs7-mime"))
    assert message.features.encrypted == "S/MIME"
    assert message.text == ""
    assert [part.filename for part in message.attachments] == ["smime.p7m"]


@pytest.mark.parametrize("cut", range(0, 700, 23))
def test_a_broken_envelope_stays_a_file(cut: int) -> None:
    for data in (signed(), ber(SIGNED_CONTENT)):
        assert isinstance(parse(opaque(data[:cut])), ParsedMessage)
        assert smime.envelope(data[:cut]).content is None or cut > 200


def test_deep_and_wide_envelopes_are_given_up_in_time() -> None:
    began = time.process_time()
    for data in (b"\x30\x80" * 200_000, b"\x30\x80" + b"\x05\0" * 500_000, b"\x24\x80" * 1_000_000, b"\x30\xff" * 9):
        assert smime.envelope(data) == smime.Envelope()
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("protocol", "way"),
    [("application/pgp-signature", "PGP/MIME"), ("application/x-pkcs7-signature", "S/MIME"), ("odd", "unknown")],
)
def test_a_signature_beside_the_text_is_noted(protocol: str, way: str) -> None:
    message = letter(
        f'Content-Type: multipart/signed; boundary=s; protocol="{protocol}"',
        *("", "--s", "", "The text.", "--s", f"Content-Type: {protocol}; name=signature.asc", "", "x", "--s--"),
    )
    assert message.features.signed == way
    assert message.text == "The text."


def test_a_pgp_encrypted_mail_is_noted() -> None:
    message = letter(
        'Content-Type: multipart/encrypted; boundary=s; protocol="application/pgp-encrypted"',
        *("", "--s", "Content-Type: application/pgp-encrypted", "", "Version: 1"),
        *("--s", "Content-Type: application/octet-stream; name=encrypted.asc", "", "x", "--s--"),
    )
    assert message.features.encrypted == "PGP/MIME"
    assert "encrypted.asc" in [part.filename for part in message.attachments]


def test_pgp_between_the_lines_is_noted() -> None:
    assert letter("", "-----BEGIN PGP MESSAGE-----", "x").features.encrypted == "PGP"
    assert letter("", "-----BEGIN PGP SIGNED MESSAGE-----", "Hi").features.signed == "PGP"


def test_the_signature_of_a_forwarded_mail_is_not_this_one_s() -> None:
    inner = (
        "Content-Type: multipart/signed; boundary=s; protocol=application/pgp-signature",
        "",
        "--s",
        "",
        "x",
        "--s--",
    )
    assert letter("Content-Type: message/rfc822", "", *inner).features.signed == ""
