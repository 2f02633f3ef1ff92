"""Subjects, parameters and file names decoded."""

from __future__ import annotations

import pytest

from tests.mail.letters import letter, nasty
from wiki.mail.parsing import headers


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("=?utf-8?Q?Caf=C3=A9?=", "Café"),
        ("=?utf-8?B?Q2Fmw6k=?= =?utf-8?B?IGRl?= x", "Café de x"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?UTF-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?Q?What=3F?= =?iso-8859-1?Q?_f=FCr?=", "What? für"),
        ("=?utf-8?Q?really?_yes?=", "really? yes"),
        ("=?zip?Q?a?=", "a"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?B?====?=", ""),
        ("=?", "=?"),
        ("Re:\t  two   blanks", "Re: two blanks"),
    ],
)
def test_encoded_words_are_decoded_where_they_stand(field: str, expected: str) -> None:
    assert headers.decode_text(field.encode()) == expected


def test_a_character_cut_between_two_words_is_put_together() -> None:
    assert nasty("character-cut-between-encoded-words").subject == "Tagesordnung für München"


def test_words_with_blanks_and_words_that_are_none_stay_readable() -> None:
    assert nasty("encoded-word-with-spaces").subject == "Café on Monday and =?nonsense"


def test_a_subject_as_long_as_a_book_is_cut() -> None:
    parsed = letter("Subject: " + "long " * 100_000, "", "x")
    assert len(parsed.subject) <= 2_001
    assert any("longer than" in defect for defect in parsed.defects)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("text/plain; charset=utf-8", ("text/plain", {"charset": "utf-8"})),
        ("TEXT/Plain", ("text/plain", {})),
        ('text/html charset="utf-8"', ("text/html", {"charset": "utf-8"})),
        ('multipart/mixed; boundary="a;b"', ("multipart/mixed", {"boundary": "a;b"})),
        ("text/plain; charset=x; charset=y", ("text/plain", {"charset": "x"})),
        ('multipart/mixed; boundary="=_?=?utf-8?Q?a?="', ("multipart/mixed", {"boundary": "=_?=?utf-8?Q?a?="})),
        ('application/pdf; name="a.pdf; charset=utf-8', ("application/pdf", {"name": "a.pdf", "charset": "utf-8"})),
        ("nonsense; charset=utf-8", ("", {"charset": "utf-8"})),
        ("<script>/x", ("", {})),
        ("", ("", {})),
    ],
)  # fmt: skip
def test_content_types_are_read_with_their_parameters(field: str, expected: tuple[str, dict[str, str]]) -> None:
    assert headers.content_type(field.encode()) == expected


@pytest.mark.parametrize(
    ("field", "filename"),
    [
        ("attachment; filename=report.pdf", "report.pdf"),
        ('attachment; filename="my \\"own\\" report.pdf"', 'my "own" report.pdf'),
        ('attachment; filename="C:\\files\\report.pdf"', "C:\\files\\report.pdf"),
        ("attachment; filename=my own report.pdf", "my own report.pdf"),
        ("attachment; filename*=utf-8'de'Pr%C3%BCfung.pdf", "Prüfung.pdf"),
        ("attachment; filename=plain.pdf; filename*=utf-8''better.pdf", "better.pdf"),
        ("attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
        ('attachment; filename="=?utf-8?B?UHLDvGZ1bmcucGRm?="', "Prüfung.pdf"),
        ("attachment; filename==?utf-8?B?UHLDvGZ1bmcucGRm?=", "Prüfung.pdf"),
        ("filename=report.pdf", "report.pdf"),
    ],
)
def test_file_names_are_read_in_all_their_spellings(field: str, filename: str) -> None:
    assert headers.disposition(field.encode())[1]["filename"] == filename


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ("a\r\nContent-Type: text/html\0.txt", "html .txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("  spaced.txt ", "spaced.txt"),
    ],
)
def test_file_names_are_safe_to_show_and_to_offer(name: str, expected: str) -> None:
    assert headers.clean_filename(name) == expected
