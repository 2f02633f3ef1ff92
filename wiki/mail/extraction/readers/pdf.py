"""PDF, page by page (PDFium). Nothing is drawn, so large pictures cost nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2

from wiki.mail.extraction.readers.archives import LOCKED
from wiki.mail.extraction.readers.extracted import DAMAGED, Page, Unreadable

SCANNED = "This PDF has pictures of its pages and no text."


def read(content: bytes) -> Iterator[Page]:
    """The text of each page. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(LOCKED if "assword" in str(error) else DAMAGED) from error
    has_text = False
    for index in range(len(document)):
        text = _page_text(document, index)
        has_text = has_text or bool(text.strip())
        yield Page(f"page {index + 1}", text)
    if not has_text:
        raise Unreadable(SCANNED)


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    """One page; a damaged one has no text and does not cost the others theirs."""
    try:
        page = document[index]
        text_page = page.get_textpage()
        text: str = text_page.get_text_range()
        text_page.close()
        page.close()
    except pypdfium2.PdfiumError:
        return ""
    # PDFium marks a hyphen at the end of a line so; the word is one.
    return text.replace("\ufffe\r\n", "").replace("\ufffe", "")
