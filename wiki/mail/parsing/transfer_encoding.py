"""Content-Transfer-Encoding (RFC 2045 section 6) undone: the bytes of a part as its sender meant them.

Pure, linear, and never raises: broken encodings give as many bytes as can be saved, and a sentence.
"""

from __future__ import annotations

import binascii
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET = bytes(set(range(256)) - set(_ALPHABET))
_WHITESPACE = b" \t\r\n"
_NOT_BASE64 = bytes(set(_NOT_ALPHABET) - set(_WHITESPACE) - {ord("=")})
_BASE64 = _ALPHABET + b"=\r\n"
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_PLAIN = frozenset({"", "7bit", "8bit", "binary"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_NO_BASE64 = "A part is not base64 as it says; its bytes were taken as they are."


def decode(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The decoded bytes, and a sentence about what was wrong ('' when nothing was).

    An unknown encoding leaves the bytes as they stand (RFC 2045 section 6.4 would call them opaque).
    """
    if encoding in _PLAIN:
        return data, ""
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), ""
    if encoding in _UUENCODE:
        return _decode_uuencode(data)
    return data, f"The transfer encoding {encoding[:40]!r} is not known; the bytes were taken as they are."


def decode_base64(data: bytes) -> tuple[bytes, str]:
    """Base64 as mailers really send it: no padding, padding in the middle, junk between, a list footer behind."""
    problem = ""
    if data.translate(None, _NOT_BASE64) != data:
        problem = "Some base64 data holds characters that do not belong there."
        data, has_footer = _without_footer(data)
        if has_footer:
            problem = "Text behind the end of some base64 data was left out."
        strange = len(data.translate(None, _BASE64))
        if not has_footer and strange > 1 and strange * 20 > len(data):
            return data, _NO_BASE64
    if data.strip().count(b" ") * 20 > len(data):  # words
        return data, _NO_BASE64
    # One run of padding at the very end is how it should be; padding elsewhere ends a separately encoded stretch.
    stretches = data.split(b"=")
    decoded = b"".join(_decode_stretch(stretch) for stretch in stretches)
    return decoded, problem


def _without_footer(data: bytes) -> tuple[bytes, bool]:
    """Mailing lists append their footer as plain text to base64 bodies; cut it off."""
    blank = _BLANK_LINE.search(data.rstrip())
    if blank is None:
        return data, False
    footer = data[blank.end() :]
    return (data[: blank.start()], True) if footer.translate(None, _NOT_BASE64) != footer else (data, False)


def _decode_stretch(stretch: bytes) -> bytes:
    letters = stretch.translate(None, _NOT_ALPHABET)
    if len(letters) % 4 == 1:  # six lonely bits are no byte
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)) if letters else b""


def _decode_uuencode(data: bytes) -> tuple[bytes, str]:
    lines = iter(data.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return data, "A uuencoded part has no beginning; its bytes were taken as they are."
    decoded = bytearray()
    for line in lines:
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders pad the line wrongly: trust the length in its first character.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded += binascii.a2b_uu(line[:length])
            except binascii.Error:
                return bytes(decoded), "A uuencoded part breaks off in the middle."
    return bytes(decoded), ""
