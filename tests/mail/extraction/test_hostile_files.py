"""Files made to hurt whoever opens them: each costs its child at most, and the next file is read as if nothing was.

The limits are smaller here than in earnest (512 MB, 60 seconds), so that a file need not be large to reach them.
"""

from __future__ import annotations

import resource
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mail.extraction import files
from tests.mail.extraction.files import pdf_of, stream
from wiki.bounded.bounds import Bounds, Exhausted, Reason
from wiki.bounded.child import Child
from wiki.mail.extraction.readers import asking
from wiki.mail.extraction.readers.archives import BOMB
from wiki.mail.extraction.readers.extracted import DAMAGED, Extracted
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import parse
from wiki.words import MEBIBYTE

SECONDS = 4
MEMORY = 320


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    made = Child(asking.TARGET, Bounds(seconds=SECONDS, memory=MEMORY * MEBIBYTE))
    yield made
    made.close()


def read(child: Child, content: bytes, name: str = "file") -> Extracted:
    """What the child makes of a file that comes as a whole message."""
    head = f'Content-Type: application/octet-stream; name="{name}"\r\nContent-Transfer-Encoding: binary\r\n\r\n'
    raw = head.encode() + content
    part = max(parse(RawMessage(raw)).parts, key=lambda each: each.size)
    with tempfile.NamedTemporaryFile() as message:
        message.write(raw)
        message.flush()
        return asking.understood(child.ask(asking.question(Path(message.name), part.index, part.sha256)))


def test_a_zip_bomb_in_a_word_document_is_not_opened(child: Child) -> None:
    assert read(child, files.bomb_in_word()).note == BOMB


def test_a_zip_file_whose_entries_overlap_is_not_opened(child: Child) -> None:
    """The same bytes named a thousand times, as in David Fifield's bomb."""
    content = files.with_member(files.word("x"), "word/media/noise", bytes(range(256)) * 400)
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[content.rindex(b"PK\x01\x02") : end]
    tail = bytearray(content[end:])
    count = content.count(b"PK\x01\x02") + 1_000
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (end - start + 1_000 * len(entry)).to_bytes(4, "little")
    bomb = content[:end] + entry * 1_000 + bytes(tail)

    found = read(child, bomb)

    assert found.note == BOMB


def test_a_zip_file_with_a_million_names_is_not_opened(child: Child) -> None:
    many = files.zipped({f"{number}": b"" for number in range(10_050)} | {"word/document.xml": b"<a/>"})
    assert read(child, many).note == "This file holds more than 10,000 files; it was not opened."


@pytest.mark.parametrize("hostile", [files.laughing_word, files.laughing_open_text])
def test_a_billion_laughs_are_not_laughed(child: Child, hostile: Callable[[], bytes]) -> None:
    found = read(child, hostile())
    assert (found.pages, found.note) == ((), DAMAGED)


def test_an_external_entity_is_not_fetched(child: Child) -> None:
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    word = files.with_member(
        files.word("x"),
        "word/document.xml",
        entity + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>before &x; after</w:t></w:r></w:p></w:body></w:document>",
    )
    assert "root:" not in str(read(child, word))


def test_a_document_whose_tree_is_larger_than_the_memory_ends_its_child_alone(child: Child) -> None:
    with pytest.raises(Exhausted) as told:
        read(child, files.heavy_word())
    assert told.value.reason is Reason.MEMORY
    assert read(child, files.word("next")).pages[0].text == "next"


def test_a_pdf_whose_pages_hold_themselves_comes_to_an_end(child: Child) -> None:
    circle = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000000 /Parent 2 0 R >>",
        ]
    )
    assert ends_well(child, circle)


def test_a_pdf_with_a_huge_tree_of_pages_comes_to_an_end(child: Child) -> None:
    nested = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    nested += [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % number for number in range(3, 20_003)]
    assert ends_well(child, pdf_of([*nested, b"<< /Type /Page /MediaBox [0 0 9 9] >>"]))


def test_a_pdf_with_a_page_that_unpacks_to_300_megabytes_comes_to_an_end(child: Child) -> None:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"(x) Tj " * 150_000) for _ in range(300)) + packer.flush()
    one_page = files.pdf(["here"])
    begin, end = one_page.index(b"<< /Length 3"), one_page.index(b"endobj", one_page.index(b"<< /Length 3"))
    assert ends_well(child, one_page[:begin] + stream(packed, b"/Filter /FlateDecode") + b"\n" + one_page[end:])


def test_a_pdf_with_three_thousand_pages_is_read_to_the_two_thousandth(child: Child) -> None:
    pages = b" ".join([b"3 0 R"] * 3_000)
    many = pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count 3000 >>" % pages,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ]
    )
    assert read(child, many).note == "Only the first 2,000 pages of this file were read."


def test_a_workbook_of_a_million_times_a_million_cells_ends_its_child_alone(child: Child) -> None:
    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1">{cell.format("A1")}</row><row r="1048576">{cell.format("XFD1048576")}</row>'
        "</sheetData></worksheet>"
    )
    wide = files.with_member(files.workbook({"S": [["x"]]}), "xl/worksheets/sheet1.xml", sheet)
    assert ends_well(child, wide)
    assert read(child, files.workbook({"S": [["next"]]})).pages[0].text == "next"


def test_html_nested_without_end_comes_to_an_end(child: Child) -> None:
    assert ends_well(child, b"<html>" + b"<div>" * 400_000)


def test_rich_text_nested_without_end_comes_to_an_end(child: Child) -> None:
    assert ends_well(child, b"{\\rtf1" + b"{" * 2_000_000)


def test_mail_in_mail_in_mail_comes_to_an_end(child: Child) -> None:
    nested = b"".join(
        b'Subject: x\r\nContent-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000)
    )
    assert ends_well(child, nested, "nested.eml")


def ends_well(child: Child, content: bytes, name: str = "file") -> bool:
    """Read or refused in time, and this process has not grown by what was in the file."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        found: object = read(child, content, name)
    except Exhausted as refusal:
        found = str(refusal)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    return bool(found) and grown < 200
