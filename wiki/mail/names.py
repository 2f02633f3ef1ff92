"""Names of files that strangers chose, made harmless; no database, no web.

A filename in a mail may hold line breaks (a second header), path parts, or marks that reverse the writing direction
so that ``exe.gpj`` reads as ``jpg.exe`` (reliability.md, section 4).
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150
# Controls and direction marks (Cc, Cf), halves of characters (Cs), line breaks (Zl, Zp), and what has no meaning.
DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
RESERVED = re.compile(r'[<>:"|?*]')


def clean_name(name: str) -> str:
    """The last part of a file's name, without anything that is not for reading; '' when nothing is left.

    A name that is too long keeps its extension.
    """
    last = re.split(r"[/\\]", name)[-1]
    readable = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", last)
        if character.isspace() or unicodedata.category(character) not in DROPPED
    )
    tidy = RESERVED.sub("_", " ".join(readable.split())).strip(" .")
    if len(tidy) <= LONGEST:
        return tidy
    stem, dot, extension = tidy.rpartition(".")
    if not dot or len(extension) > 10:
        return tidy[:LONGEST].rstrip(" .")
    return stem[: LONGEST - len(extension) - 1].rstrip(" .") + dot + extension
