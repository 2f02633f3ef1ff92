"""Files of many kinds, made here: ordinary ones as programs write them, and hostile ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

import docx
import pptx
import xlsxwriter
from odf import draw, opendocument, style
from odf import text as odf_text
from odf.opendocument import OpenDocumentPresentation, OpenDocumentText

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha ha ha ha ha ha ha ha">'
    + "".join(f'<!ENTITY {there} "{f"&{here};" * 10}">' for here, there in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def pdf(pages: Sequence[str]) -> bytes:
    """A PDF with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, words in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode("latin-1")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(stream(drawn))
    return pdf_of(objects)


def stream(content: bytes, dictionary: bytes = b"") -> bytes:
    """A stream object of a PDF."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), dictionary, content)


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def word(*paragraphs: str, cell: str = "", footer: str = "") -> bytes:
    """A .docx."""
    document = docx.Document()
    for each in paragraphs:
        document.add_paragraph(each)
    if cell:
        document.add_table(rows=1, cols=1).cell(0, 0).text = cell
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    return _saved(document)


def slides(*titles: str, notes: str = "") -> bytes:
    """A .pptx."""
    show = pptx.Presentation()
    for each in titles:
        slide = show.slides.add_slide(show.slide_layouts[0])
        slide.shapes.title.text = each
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    return _saved(show)


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """An .xlsx."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def open_text(*paragraphs: str) -> bytes:
    """An .odt."""
    document = OpenDocumentText()
    for each in paragraphs:
        document.text.addElement(odf_text.P(text=each))
    return _saved(document)


def open_slides(*titles: str) -> bytes:
    """An .odp."""
    show = OpenDocumentPresentation()
    layout = style.PageLayout(name="L")
    show.automaticstyles.addElement(layout)
    master = style.MasterPage(name="M", pagelayoutname=layout)
    show.masterstyles.addElement(master)
    for each in titles:
        page = draw.Page(masterpagename=master)
        frame = draw.Frame(width="10cm", height="5cm")
        box = draw.TextBox()
        box.addElement(odf_text.P(text=each))
        frame.addElement(box)
        page.addElement(frame)
        show.presentation.addElement(page)
    return _saved(show)


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_member(content: bytes, name: str, new: bytes | str) -> bytes:
    """A zip file with one member replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return zipped({**members, name: new})


def bomb_in_word() -> bytes:
    """A .docx whose text would be 30 MB of nothing."""
    text = b"<w:document>" + b" " * (30 * 1024 * 1024)
    return with_member(word("x"), "word/document.xml", text)


def heavy_word(megabytes: int = 30) -> bytes:
    """A .docx below every ratio whose tree of elements is larger than a child's memory: it packs badly on purpose."""
    noise = zlib.crc32
    runs = "".join(f"<w:p w:a='{noise(str(number).encode()):x}'/>" for number in range(megabytes * 1024 * 1024 // 22))
    begin = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    return with_member(word("x"), "word/document.xml", begin + runs + "</w:body></w:document>")


def laughing_word() -> bytes:
    """A .docx with the billion laughs in its text."""
    return with_member(
        word("x"),
        "word/document.xml",
        LAUGHS + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>",
    )


def laughing_open_text() -> bytes:
    """An .odt with the billion laughs in its text."""
    return with_member(open_text("x"), "content.xml", LAUGHS + "<office:document-content>&j;</office:document-content>")


def _saved(document: docx.document.Document | pptx.presentation.Presentation | opendocument.OpenDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
