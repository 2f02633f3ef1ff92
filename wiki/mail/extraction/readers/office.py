"""Word (.docx) as one text and PowerPoint (.pptx) slide by slide; the libraries' XML parsers expand no entities."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import docx
import pptx
from docx.oxml.ns import qn

from wiki.mail.extraction.readers import archives
from wiki.mail.extraction.readers.extracted import Page

_WORD_TEXT = qn("w:t")
_WORD_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:p"): "\n"}
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def read_word(content: bytes) -> Iterator[Page]:
    """Everything written in the document, tables and boxes too, then its headers and footers."""
    archives.opened(content)
    document = docx.Document(io.BytesIO(content))
    yield Page("", _word_text(document.element.body))
    margins = [
        margin._element  # noqa: SLF001 - the library has no public way to the element of a header
        for section in document.sections
        for margin in (section.header, section.footer)
        if not margin.is_linked_to_previous
    ]
    texts = dict.fromkeys(_word_text(margin).strip() for margin in margins)
    yield Page("header and footer", "\n".join(texts))


def read_slides(content: bytes) -> Iterator[Page]:
    """Each slide with the notes to it."""
    archives.opened(content)
    for number, slide in enumerate(pptx.Presentation(io.BytesIO(content)).slides, 1):
        texts = [_drawn_text(slide.element)]
        if slide.has_notes_slide:
            texts.append(_drawn_text(slide.notes_slide.element))
        yield Page(f"slide {number}", "\n".join(texts))


def _word_text(root: Any) -> str:
    """The runs of text in order. A box comes twice, for older programs too: that second form is left out."""
    found: list[str] = []
    for element in root.iter():
        if element.tag == _WORD_TEXT:
            if element.text and not any(above.tag == _CHOICE for above in element.iterancestors(_CHOICE)):
                found.append(element.text)
        elif element.tag in _WORD_SPACES:
            found.append(_WORD_SPACES[element.tag])
    return "".join(found)


def _drawn_text(root: Any) -> str:
    paragraphs: Iterable[Any] = root.iter(f"{_DRAWN}p")
    return "\n".join("".join(run.text or "" for run in each.iter(f"{_DRAWN}t")) for each in paragraphs)
