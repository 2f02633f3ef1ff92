"""Names of files that strangers chose, made harmless; no database, no web.

A filename in a mail may hold line breaks (a second header), path parts, or marks that reverse the writing direction
so that ``exe.gpj`` reads as ``jpg.exe`` (docs/reliability.md, section 4).
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150
# Controls and direction marks (Cc, Cf), halves of characters (Cs), line breaks (Zl, Zp), and what has no meaning.
DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
}
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


def download_name(filename: str, content_type: str, number: int) -> str:
    """The name under which a part is offered; one that has none is named after its number and type."""
    return clean_name(filename) or f"part-{number + 1}{EXTENSIONS.get(content_type, '.bin')}"


def image_type(content: bytes) -> str | None:
    """The type of a PNG, JPEG, GIF or WebP by its first bytes; None for everything else, whatever it calls itself."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None
