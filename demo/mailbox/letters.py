"""Reads the conversation files. Knows their syntax and nothing of mail.

A conversation file is UTF-8 text. Lines before the first message are notes to the editor. A message is::

    === key
    From: idris
    To: team, enora
    Date: 2026-03-02 09:14
    Subject: Bearings
    Reply: key-of-another-message

    The body, one line per paragraph.

    --- pdf Quotation 17.pdf
    The lines of a section: what it makes of them depends on its kind.

Keys are unique over all files. ``Date`` is the sender's local time. README.md lists every header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HEADERS = frozenset(
    {
        "From", "To", "Cc", "Date", "Subject", "Reply", "Quote", "Charset", "Encoding", "Sign", "Arrives", "List",
        "Html", "Omit", "Break", "Line-Ends", "Copies", "Same-Id", "Report",
    }
)  # fmt: skip


class LetterError(ValueError):
    """A conversation file that cannot be understood; the message names the file and the line."""


@dataclass(frozen=True)
class Section:
    """A part that follows the body, such as ``--- pdf Quotation.pdf``: kind ``pdf``, name ``Quotation.pdf``."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True)
class Letter:
    """One message as its author wrote it down; ``extra`` holds header lines taken over as they are."""

    key: str
    conversation: str
    headers: Mapping[str, str]
    extra: tuple[tuple[str, str], ...]
    body: str
    sections: tuple[Section, ...]

    def get(self, name: str, default: str = "") -> str:
        """The header's value, or ``default``."""
        return self.headers.get(name, default)

    def words(self, name: str) -> tuple[str, ...]:
        """The comma-separated words of a header, without blanks around them."""
        return tuple(word.strip() for word in self.get(name).split(",") if word.strip())

    def section(self, kind: str) -> Section | None:
        """The first section of that kind."""
        return next((section for section in self.sections if section.kind == kind), None)


def read_folder(folder: Path) -> tuple[Letter, ...]:
    """Every message of every ``*.txt`` in the folder, in the order of file names and of the files.

    Raises LetterError for anything misspelt, and for a key that stands twice.
    """
    letters: dict[str, Letter] = {}
    for path in sorted(folder.glob("*.txt")):
        for letter in read_file(path):
            if letter.key in letters:
                raise LetterError(
                    f"{path.name}: the key {letter.key!r} stands in {letters[letter.key].conversation} too"
                )
            letters[letter.key] = letter
    return tuple(letters.values())


def read_file(path: Path) -> Iterator[Letter]:
    """The messages of one conversation file."""
    block: list[str] = []
    key = ""
    for line in path.read_text("utf-8").split("\n"):
        if line.startswith("=== "):
            if key:
                yield _letter(path.stem, key, block)
            key, block = line[4:].strip(), []
        else:
            block.append(line)
    if key:
        yield _letter(path.stem, key, block)


def _letter(conversation: str, key: str, lines: list[str]) -> Letter:
    headers: dict[str, str] = {}
    extra: list[tuple[str, str]] = []
    end = lines.index("") if "" in lines else len(lines)
    for line in lines[:end]:
        name, colon, value = line.partition(": ")
        if name.startswith("+") and colon:
            extra.append((name[1:], value))
        elif name in HEADERS and colon:
            headers[name] = value.strip()
        else:
            raise LetterError(f"{conversation}, message {key}: no header {line!r}")
    body, sections = _sections(lines[end + 1 :])
    return Letter(key, conversation, headers, tuple(extra), body, sections)


def _sections(lines: list[str]) -> tuple[str, tuple[Section, ...]]:
    blocks: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        if line.startswith("--- "):
            blocks.append((line[4:].strip(), []))
        else:
            blocks[-1][1].append(line)
    texts = [(head, "\n".join(block).strip("\n")) for head, block in blocks]
    made = (Section(head.split(" ", 1)[0], head.partition(" ")[2], text) for head, text in texts[1:])
    return texts[0][1], tuple(made)
