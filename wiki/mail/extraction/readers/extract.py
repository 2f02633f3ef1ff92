"""A file to its text: the kind decides on the reader. Pure, and never raises for any bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from wiki.mail.extraction.readers import archives, office, opendocument, pdf, sheets, writing
from wiki.mail.extraction.readers.extracted import EMPTY, Extracted, Page, collect
from wiki.mail.extraction.readers.kinds import FileKind, kind_of, name_of_kind

OLD_OFFICE = "The text of Office files from before 2007 is not searchable, but for spreadsheets."

_READERS: Mapping[FileKind, Callable[[bytes], Iterable[Page]]] = {
    FileKind.PDF: pdf.read,
    FileKind.WORD: office.read_word,
    FileKind.SLIDES: office.read_slides,
    FileKind.SHEETS: sheets.read,
    FileKind.OPEN_DOCUMENT: opendocument.read,
    FileKind.OUTLOOK: writing.read_outlook,
    FileKind.RTF: writing.read_rtf,
    FileKind.MAIL: writing.read_mail,
    FileKind.HTML: writing.read_html,
    FileKind.TEXT: writing.read_text,
    FileKind.ZIP: archives.zip_listing,
    FileKind.TAR: archives.tar_listing,
}


def extract(content: bytes, filename: str = "", declared: str = "") -> Extracted:
    """The text of a file, or a sentence that says why there is none."""
    if not content:
        return Extracted(note=EMPTY)
    kind = kind_of(content, filename, declared)
    if kind is FileKind.OLD_OFFICE:
        return Extracted(note=OLD_OFFICE)
    if kind is FileKind.OTHER:
        name = name_of_kind(content)
        return Extracted(note=f"A file of this kind{f' ({name})' if name else ''} has no text that could be searched.")
    return collect(_READERS[kind](content))
