"""Spreadsheets (.xlsx, .xlsb, .xls, .ods), sheet by sheet (calamine)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import python_calamine

from wiki.mail.extraction.readers import archives
from wiki.mail.extraction.readers.extracted import DAMAGED, Page, Unreadable

MOST_CHARACTERS_OF_A_SHEET = 5_000_000


def read(content: bytes) -> Iterator[Page]:
    """What the cells show, a line for each row. Raises Unreadable."""
    if content.startswith(b"PK"):
        archives.opened(content)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            yield Page(f"sheet {name}", _text(workbook.get_sheet_by_name(name)))
    except python_calamine.PasswordError as error:
        raise Unreadable(archives.LOCKED) from error
    except python_calamine.CalamineError as error:
        raise Unreadable(DAMAGED) from error


def _text(sheet: python_calamine.CalamineSheet) -> str:
    lines: list[str] = []
    room = MOST_CHARACTERS_OF_A_SHEET
    for row in sheet.iter_rows():
        line = "\t".join(_shown(cell) for cell in row if cell != "")
        room -= len(line)
        if room < 0:
            break
        if line:
            lines.append(line)
    return "\n".join(lines)


def _shown(cell: object) -> str:
    """Whole numbers come as 2.0, but nobody would search for that."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
