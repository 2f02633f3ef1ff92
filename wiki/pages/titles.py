"""Titles: how they are cleaned, compared and written into addresses. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255
LONGEST_SLUG = 80
# What follows a page's number in its other addresses; a slug must never be one of them.
RESERVED_SLUGS = frozenset({"edit", "history", "home", "move", "restore", "trash"})
# Characters that turn the direction of writing could make one title look like another.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(title: str) -> str:
    """The title as it is kept: composed, without control characters, white space of any kind as one blank."""
    visible = "".join(" " if unicodedata.category(char) == "Cc" else char for char in title)
    return " ".join(_DIRECTIONS.sub("", unicodedata.normalize("NFC", visible)).split())


def fold(title: str) -> str:
    """The form in which titles are compared: two titles of a space never differ in case only."""
    return unicodedata.normalize("NFC", clean(title).casefold())


def slug(title: str) -> str:
    """The readable end of a page's address. It decides nothing: the page's number does."""
    letters = (char if unicodedata.category(char)[0] in "LMN" else "-" for char in fold(title))
    words = re.sub("-+", "-", "".join(letters)).strip("-")[:LONGEST_SLUG].strip("-")
    return f"{words}-page" if words in RESERVED_SLUGS else words or "page"
