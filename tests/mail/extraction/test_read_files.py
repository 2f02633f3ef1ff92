"""The text of ordinary files, as people write them and programs save them."""

from __future__ import annotations

import codecs

import pytest

from tests.mail.extraction import files
from wiki.mail.extraction.readers.archives import LOCKED
from wiki.mail.extraction.readers.extract import OLD_OFFICE, extract
from wiki.mail.extraction.readers.extracted import DAMAGED, EMPTY, Page, collect
from wiki.mail.extraction.readers.pdf import SCANNED


def pages(content: bytes, filename: str = "", declared: str = "") -> list[tuple[str, str]]:
    found = extract(content, filename, declared)
    assert found.note == ""
    return [(page.label, page.text) for page in found.pages]


def text(content: bytes, filename: str = "", declared: str = "") -> str:
    return "\n".join(each for _, each in pages(content, filename, declared))


def test_a_pdf_is_read_page_by_page() -> None:
    assert pages(files.pdf(["One fish", "Two fish"])) == [("page 1", "One fish"), ("page 2", "Two fish")]


def test_a_page_without_text_keeps_the_numbers_of_the_others() -> None:
    assert pages(files.pdf(["", "Two fish"])) == [("page 2", "Two fish")]


def test_a_scanned_pdf_says_that_it_has_only_pictures() -> None:
    assert extract(files.pdf(["", ""])).note == SCANNED


def test_a_word_document_is_read_with_its_tables_and_footer() -> None:
    found = pages(files.word("Dear Ann,", "we agree.", cell="Total 12", footer="Confidential"))
    assert found == [("", "Dear Ann,\nwe agree.\nTotal 12"), ("header and footer", "Confidential")]


def test_slides_are_read_with_their_notes() -> None:
    assert pages(files.slides("Plan", "Costs", notes="Say thanks")) == [
        ("slide 1", "Plan\n\nSay thanks"),
        ("slide 2", "Costs\n\nSay thanks"),
    ]


def test_a_workbook_is_read_sheet_by_sheet_with_numbers_as_people_write_them() -> None:
    book = files.workbook({"Budget": [["Rent", 1200], ["Tea", 3.5]], "Notes": [["Ask Bob"]]})
    assert pages(book) == [("sheet Budget", "Rent\t1200\nTea\t3.5"), ("sheet Notes", "Ask Bob")]


def test_open_document_texts_and_slides_are_read() -> None:
    assert pages(files.open_text("First", "Second")) == [("", "First\nSecond")]
    assert pages(files.open_slides("Hello", "Goodbye")) == [("slide 1", "Hello"), ("slide 2", "Goodbye")]


def test_rich_text_is_read_without_its_formatting() -> None:
    rich = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'fc\'dfe \b bold\b0\par {\*\x y;}\u8364?uro \{x\}}"
    assert text(rich) == "Grüße bold\n€uro {x}"
    assert text(rb"{\rtf1 \u-10179?\u-8704? smile}") == "\N{GRINNING FACE} smile"


def test_html_gives_what_its_reader_sees() -> None:
    page = b"<!DOCTYPE html><title>x</title><script>var a;</script><p>Visit <b>us</b></p>"
    assert text(page) == "Visit us"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16"])
def test_a_table_of_text_is_read_in_whatever_charset(charset: str) -> None:
    assert text("name;straße\nJörg;Äußere Allee".encode(charset), "people.csv") == "name;straße\nJörg;Äußere Allee"


def test_a_byte_order_mark_is_no_text() -> None:
    assert text(codecs.BOM_UTF8 + b"plain") == "plain"


def test_an_enclosed_message_is_read_with_its_people_and_files() -> None:
    mail = b"From: Ann <ann@example.org>\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n\r\nSee you there.\r\n"
    assert text(mail, "cafe.eml", "message/rfc822") == "Café\nAnn ann@example.org\n\nSee you there."


def test_of_a_zip_file_the_names_are_read() -> None:
    assert text(files.zipped({"plans/roof.txt": "tiles", "b.txt": ""})) == "plans/roof.txt\nb.txt"


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        (files.pdf(["Found"]), "picture.png", "image/png"),
        (files.word("Found"), "noname", "application/octet-stream"),
        (files.open_text("Found"), "a.zip", "application/zip"),
        (files.workbook({"S": [["Found"]]}), "report.pdf", "application/pdf"),
    ],
)
def test_what_a_file_is_comes_from_its_content(content: bytes, name: str, declared: str) -> None:
    assert "Found" in text(content, name, declared)


def test_a_picture_has_no_text_and_says_what_it_is() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 100
    assert extract(picture, "letter.txt", "text/plain").note == (
        "A file of this kind (image/png) has no text that could be searched."
    )


def test_files_without_text_say_why() -> None:
    assert extract(b"").note == EMPTY
    assert extract(b" \n ").note == EMPTY
    assert extract(b"%PDF-1.7 and then nothing").note == DAMAGED
    assert extract(files.word("x")[:2000]).note == DAMAGED
    assert (
        extract(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le")).note
        == OLD_OFFICE
    )


def test_a_locked_pdf_says_that_it_is_locked() -> None:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 1 /R 2 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> /P -44 >>",
    ]
    locked = files.pdf_of(objects).replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 3 0 R /ID [<41><41>]")
    assert extract(locked).note == LOCKED


def test_what_is_too_long_is_cut_and_says_so() -> None:
    many = collect((Page(f"page {number}", "word") for number in range(9)), most_pages=3)
    assert (len(many.pages), many.note) == (3, "Only the first 3 pages of this file were read.")
    long = collect([Page("", "x" * 50), Page("", "y")], most_bytes=20)
    assert ([page.text for page in long.pages], long.note) == (
        ["x" * 20],
        "Only the first 20 bytes of the text in this file were read.",
    )


def test_text_that_no_database_takes_is_cleaned() -> None:
    found = collect([Page("a\0b", "one\0two\ud800\r\nthree")])
    assert found.pages == (Page("ab", "onetwo\nthree"),)
