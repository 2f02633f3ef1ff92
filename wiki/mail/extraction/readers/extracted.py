"""What the readers give: labelled pages of text, bounded, and a sentence where there is something to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wiki.words import MEBIBYTE

EXTRACTOR_VERSION = 1
"""Grows when the same bytes give another text; whatever was read by an older version is then read again."""
MOST_PAGES = 2_000
MOST_BYTES = 20 * MEBIBYTE
# Neither belongs in a database's text: NUL, other controls but tab and line feed, and halves of characters.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# Libraries have errors of their own for this; lxml calls it unknown.
_NO_MEMORY = re.compile("memory|^unknown error", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")

EMPTY = "There is no text in this file."
DAMAGED = "This file is damaged, or it is not what it seems to be."
TOO_DEEP = "This file is nested deeper than can be read."


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


def collect(found: Iterable[Page], most_pages: int = MOST_PAGES, most_bytes: int = MOST_BYTES) -> Extracted:
    """Take what a reader finds until it is too much; of a file that breaks halfway, what came before stays.

    ``most_bytes`` counts the text as UTF-8. Raises MemoryError, and nothing else, whatever a library does.
    """
    pages: list[Page] = []
    room = most_bytes
    note = ""
    try:
        for number, page in enumerate(found):
            if number >= most_pages:
                note = f"Only the first {most_pages:,} pages of this file were read."
                break
            whole = _clean(page.text).encode()
            text = whole[:room].decode(errors="ignore")
            if text:
                pages.append(Page(_clean(page.label)[:100], text))
            room -= len(whole)
            if room < 0:
                note = f"Only the first {most_bytes:,} bytes of the text in this file were read."
                break
    except Unreadable as refusal:
        note = str(refusal)
    except MemoryError:  # the process that reads is worn, and its parent must know
        raise
    except RecursionError:
        note = TOO_DEEP
    except Exception as error:  # a library may raise anything for a broken file, and the file is to blame
        if _NO_MEMORY.search(str(error)):
            raise MemoryError from error
        note = DAMAGED
    return Extracted(tuple(pages), note or ("" if pages else EMPTY))


def _clean(text: str) -> str:
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)).strip()
