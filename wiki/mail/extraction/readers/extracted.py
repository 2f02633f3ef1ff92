"""What the readers give: labelled pages of text, bounded, and a sentence where there is something to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_PAGES = 2_000
MOST_CHARACTERS = 20_000_000
# Neither belongs in a database's text: NUL, other controls but tab and line feed, and halves of characters.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

EMPTY = "There is no text in this file."
DAMAGED = "This file is damaged, or it is not what it seems to be."
TOO_MUCH_MEMORY = "Reading this file takes more memory than it may."


class Unreadable(Exception):
    """A file from which no text comes; the message says why, in a sentence for a person."""


@dataclass(frozen=True)
class Page:
    """A page, slide or sheet with its label (``page 3``); the label is '' where a file has but one."""

    label: str
    text: str


@dataclass(frozen=True)
class Extracted:
    """The text of a file. ``note``: why there is none, or not all; '' when all is well."""

    pages: tuple[Page, ...] = ()
    note: str = ""


def collect(found: Iterable[Page], most_pages: int = MOST_PAGES, most_characters: int = MOST_CHARACTERS) -> Extracted:
    """Take what a reader finds until it is too much; of a file that breaks halfway, what came before stays.

    Never raises for what a library does with a broken file.
    """
    pages: list[Page] = []
    room = most_characters
    note = ""
    try:
        for number, page in enumerate(found):
            if number >= most_pages:
                note = f"Only the first {most_pages:,} pages of this file were read."
                break
            text = _clean(page.text[:room])
            room -= len(text)
            if text:
                pages.append(Page(_clean(page.label)[:100], text))
            if len(page.text) > len(text) and room <= 0:
                note = f"Only the first {most_characters:,} characters of this file were read."
                break
    except Unreadable as refusal:
        note = str(refusal)
    except (MemoryError, RecursionError):
        note = TOO_MUCH_MEMORY
    except Exception:  # noqa: BLE001 - a library may raise anything for a broken file; the file is what is to blame
        note = DAMAGED
    return Extracted(tuple(pages), note or ("" if pages else EMPTY))


def _clean(text: str) -> str:
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)).strip()
