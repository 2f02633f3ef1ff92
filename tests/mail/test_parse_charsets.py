"""Text comes out as its writer saw it, whatever the label says."""

from __future__ import annotations

import base64

import pytest

from tests.mail.letters import letter, nasty
from wiki.mail.parsing import charsets


@pytest.mark.parametrize(
    ("trouble", "text"),
    [
        ("latin1-undeclared", "Schöne Grüße, viel Spaß, bis zum nächsten Mal im Café!\n"),
        ("latin1-that-is-windows-1252", "“Smart” quotes – and 5 € more…\n"),
        ("utf8-that-is-not", "Être ou ne pas être, voilà la question qui gêne l'été.\n"),
        ("gb2312-with-wider-characters", "朱镕基在会议上。\n"),
        ("japanese-undeclared", "議事録を添付します。\n"),
        ("charset-zip", "Not a codec for text.\n"),
        ("charset-with-nul", "Beforeafter.\n"),
        ("list-footer-behind-base64", "Schöne Grüße\n"),
        (
            "base64-that-is-none",
            "This was never encoded, whatever the header says, and it is still readable.\n",
        ),
    ],
)
def test_the_body_is_readable(trouble: str, text: str) -> None:
    assert nasty(trouble).text == text


@pytest.mark.parametrize(
    ("trouble", "defect"),
    [
        ("latin1-undeclared", "Some text is not ASCII and declares no charset; it was guessed."),
        ("utf8-that-is-not", "Some text is not the 'utf-8' that it says it is."),
        ("charset-zip", "The charset 'zip' is not known; it was guessed."),
        ("list-footer-behind-base64", "Text behind the end of some base64 data was left out."),
        ("base64-that-is-none", "A part is not base64 as it says; its bytes were taken as they are."),
    ],
)
def test_what_was_wrong_is_said(trouble: str, defect: str) -> None:
    assert nasty(trouble).defects == (defect,)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Привет, как дела? Это письмо написано по-русски.", "koi8-r"),
        ("Привет, как дела? Это письмо написано по-русски.", "cp1251"),
        ("Zażółć gęślą jaźń, proszę o pilną odpowiedź", "cp1250"),
        ("Voilà l'été à la plage, où les élèves étudient", "cp1252"),
        ("Καλημέρα σας, επισυνάπτω τα πρακτικά", "cp1253"),
        ("您好，請查看附件中的會議記錄", "big5"),
        ("こんにちは、会議の議事録を添付します", "cp932"),
        ("안녕하세요 회의록을 첨부합니다", "cp949"),
        ("Grüße aus München", "utf-8"),
    ],
)
def test_an_undeclared_charset_is_recognised(text: str, codec: str) -> None:
    assert charsets.decode(text.encode(codec))[0] == text


def test_a_charset_that_another_part_declares_is_tried_first() -> None:
    assert charsets.decode("Привет".encode("koi8-r"), "", "koi8-r")[0] == "Привет"


def test_a_subject_in_bare_bytes_is_read_with_the_charset_of_the_body() -> None:
    parsed = letter(b"Subject: " + "Встреча".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r", "", "x")
    assert parsed.subject == "Встреча"


@pytest.mark.parametrize(
    "label",
    [
        "zip",
        "rot13",
        "unicode_escape",
        "idna",
        "punycode",
        "undefined",
        "x" * 9_000,
        "../../etc/passwd",
        "utf-8\0x",
        "",
        "%s",
        "mbcs",
    ],
)
def test_what_is_no_text_charset_is_none(label: str) -> None:
    assert charsets.codec_for(label) == ""
    assert charsets.decode(b"text", label)[0] == "text"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF8", "utf-8"),
        ('"iso-8859-1"', "cp1252"),
        ("us-ascii (Plain text)", "ascii"),
        ("ks_c_5601-1987", "cp949"),
        ("x-sjis", "cp932"),
        ("win-1251", "cp1251"),
        ("iso-8859-8-i", "iso8859-8"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str) -> None:
    assert charsets.codec_for(label) == codec


def test_utf_16_that_is_ascii_is_not_turned_into_chinese() -> None:
    assert charsets.decode(b"plain text", "utf-16")[0] == "plain text"


def test_no_lone_surrogate_and_no_nul_reaches_the_text() -> None:
    charsets.decode(b"+2AA-\0", "utf-7")[0].encode()
    assert "\0" not in charsets.decode(b"a\0b", "utf-8")[0]


def test_html_says_its_charset_itself_when_its_header_does_not() -> None:
    html = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Привет</p>'
    parsed = letter("Content-Type: text/html", "", html.encode("cp1251"))
    assert "Привет" in parsed.html
    assert parsed.text == "Привет"


@pytest.mark.parametrize(
    ("encoded", "data"),
    [
        (b"SGVsbG8=\r\n", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVs\r\nbG8=SGVsbG8=", b"HelloHello"),
        (b"SGVsbG8s!IGhlbGxvLCBoZWxsbywgaGVsbG8=", b"Hello, hello, hello, hello"),
        (b"SGVsbG8=A", b"Hello"),
        (b"", b""),
    ],
)
def test_broken_base64_gives_what_can_be_saved(encoded: bytes, data: bytes) -> None:
    message = letter("Content-Type: application/x-data", "Content-Transfer-Encoding: BASE64", "", encoded)
    assert message.parts[0].size == len(data)


def test_quoted_printable_and_uuencode_are_undone() -> None:
    assert letter("Content-Transfer-Encoding: quoted-printable", "", "a=3Db =\nc").text == "a=b c"
    uuencoded = ["begin 644 a.txt", "%2&5L;&\\", "`", "end"]
    assert letter("Content-Type: text/plain", "Content-Transfer-Encoding: x-uuencode", "", *uuencoded).text == "Hello"


def test_a_large_base64_part_keeps_every_byte() -> None:
    data = bytes(range(256)) * 400
    message = letter("Content-Type: image/png", "Content-Transfer-Encoding: base64", "", base64.encodebytes(data))
    assert message.parts[0].size == len(data)


def test_a_name_cut_in_the_middle_of_a_character_is_still_utf_8() -> None:
    name = "Картинка с очень длинным именем".encode()[:-1]
    message = letter(b'Content-Type: image/png; name="' + name + b'"', "", "x")
    assert message.parts[0].filename == "Картинка с очень длинным имене\ufffd"
