"""The MIME structure of a message (RFC 2045 and 2046): where each part begins and ends, and what its header says.

Our own splitter instead of the standard library's, because that one recurses (1,200 nested multiparts end it) and
takes quadratic time over many parts; this one walks each level of the bytes once and stops at fixed bounds.
Pure, and never raises: what cannot be split stays whole, as text, with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from wiki.mail.parsing import headers, transfer_encoding

MAX_PARTS = 1_000
MAX_DEPTH = 20
MAX_FIELDS = 10_000
# RFC 2046 allows 70 characters; public-inbox gives up at 2,048.
_MAX_BOUNDARY = 2_048

# The fields that something here reads; the others cost nothing but being stepped over.
_KNOWN = frozenset(
    b"message-id subject from sender reply-to to cc bcc date received in-reply-to references content-type "
    b"content-transfer-encoding content-disposition content-id content-location".split()
)
_FIELD = re.compile(rb"([!-9;-~\x80-\xff]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_BLANK = re.compile(rb"\r*\n")
_NOT_BLANK = re.compile(rb"\S")
_ENVELOPE = re.compile(rb">?From (?![ \t]*:)[^\n]*(?:\n|\Z)")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t\r]*\n)*")
# What may follow a line that is no header, for that line to count as a broken fold rather than the first of the body.
_SURE_FIELD = re.compile(
    rb"(?:received|from|to|cc|subject|date|message-id|reply-to|return-path|mime-version|content-[a-z-]+|x-[!-9;-~]+)"
    rb"[ \t]*:",
    re.IGNORECASE,
)
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,199}|-[^\r\n]{1,199})\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE
)


@dataclass
class Entity:
    """A node of the tree: a leaf, or a multipart with ``children``; ``start`` and ``end`` bound its body."""

    fields: dict[bytes, list[bytes]]
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    children: list[Entity] = field(default_factory=list)

    def first(self, name: bytes) -> bytes | None:
        """The first field of that (lower-case) name, unfolded."""
        values = self.fields.get(name)
        return values[0] if values else None

    @property
    def charset(self) -> str:
        """The declared charset, as written."""
        return self.parameters.get("charset", "")

    @property
    def is_multipart(self) -> bool:
        """Whether it was split into parts."""
        return bool(self.children)


@dataclass
class Structure:
    """A message split: the tree, the bytes that its offsets count in, the "From " line if any, and what was wrong."""

    source: bytes
    root: Entity
    envelope: bytes = b""
    defects: list[str] = field(default_factory=list)

    def leaves(self) -> Iterator[Entity]:
        """The leaves in document order."""
        pending = [self.root]
        while pending:
            entity = pending.pop()
            if not entity.children:
                yield entity
            pending.extend(reversed(entity.children))

    def decoded(self, leaf: Entity) -> tuple[bytes, str]:
        """A leaf's bytes with the transfer encoding undone, and a sentence about what was wrong with it."""
        value = leaf.first(b"content-transfer-encoding") or b""
        encoding = value.decode("ascii", "replace").partition(";")[0].strip(" \t\r\n\"'").lower()
        return transfer_encoding.decode(self.source[leaf.start : leaf.end], encoding)


def read(content: bytes) -> Structure:
    """Split a message into its parts."""
    return _Splitter(content).structure


def read_fields(content: bytes) -> dict[bytes, list[bytes]]:
    """The fields that matter of the header at the start of ``content``, unfolded, by lower-case name."""
    return _read_header(content, 0, len(content), [])[0]


class _Splitter:
    def __init__(self, content: bytes) -> None:
        defects: list[str] = []
        if b"\n" not in content and b"\r" in content:
            content = content.replace(b"\r", b"\n")
            defects.append("The lines end in a bare carriage return.")
        self.leaves = 1
        start, envelope = _skip_before_header(content, defects)
        fields, body = _read_header(content, start, len(content), defects)
        self.structure = Structure(content, _entity(fields, body, len(content), "text/plain"), envelope, defects)
        # A stack instead of recursion: hostile nesting must not reach Python's own limits.
        pending = [(self.structure.root, 1)]
        while pending:
            entity, depth = pending.pop()
            if entity.content_type.startswith("multipart/"):
                self._split(entity, depth)
                pending.extend((child, depth + 1) for child in reversed(entity.children))

    def _split(self, entity: Entity, depth: int) -> None:
        source = self.structure.source
        spans: list[tuple[int, int]] = []
        if depth > MAX_DEPTH:
            self._note(f"Parts are nested more than {MAX_DEPTH} deep; the innermost were not taken apart.")
        elif self.leaves >= MAX_PARTS:
            self._note(f"Only the first {MAX_PARTS:,} parts were taken apart.")
        else:
            spans = self._spans(entity)
        inherited = "message/rfc822" if entity.content_type == "multipart/digest" else "text/plain"
        # Delimiters without anything between them are no parts, unless there is nothing else.
        spans = [span for span in spans if _NOT_BLANK.search(source, *span)] or spans[:1]
        for start, end in spans:
            fields, body = _read_header(source, start, end, [])
            entity.children.append(_entity(fields, body, end, inherited))
        self.leaves += max(len(spans) - 1, 0)
        if not spans:
            entity.content_type = "text/plain"  # shown as it stands rather than not at all

    def _spans(self, entity: Entity) -> list[tuple[int, int]]:
        source = self.structure.source
        boundary = entity.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        room = MAX_PARTS - self.leaves + 1
        spans: list[tuple[int, int]] = []
        if boundary and len(boundary) <= _MAX_BOUNDARY:
            spans = self._between(boundary, entity, room)
        if not spans:
            guess = _GUESSED_BOUNDARY.search(source, entity.start, entity.end)
            if guess is not None:
                spans = self._between(guess[1].rstrip(), entity, room)
            self._note(
                "A multipart's boundary is missing or wrong; it was guessed."
                if spans
                else "A multipart without usable boundary was not taken apart."
            )
        return spans

    def _between(self, boundary: bytes, entity: Entity, room: int) -> list[tuple[int, int]]:
        """Spans of the parts that a boundary separates; the line break before a boundary belongs to it."""
        spans: list[tuple[int, int]] = []
        start = -1
        is_closed = False
        for line_start, line_end, closes in _delimiters(self.structure.source, b"--" + boundary, entity):
            if start >= 0:
                spans.append((start, _before_line_break(self.structure.source, start, line_start)))
                if len(spans) >= room:
                    self._note(f"Only the first {MAX_PARTS:,} parts were taken apart.")
                    return spans
            if is_closed and not closes:
                self._note("Parts follow the end of a multipart; they were kept.")
            is_closed = closes
            start = -1 if closes else line_end
        if start >= 0:
            self._note("The last part of a multipart is not closed.")
            spans.append((start, entity.end))
        return spans

    def _note(self, defect: str) -> None:
        if defect not in self.structure.defects:
            self.structure.defects.append(defect)


def _delimiters(source: bytes, delimiter: bytes, entity: Entity) -> Iterator[tuple[int, int, bool]]:
    """Lines that are the delimiter, white space behind it allowed: start, end with line break, whether it closes."""
    position = entity.start
    while (position := source.find(delimiter, position, entity.end)) != -1:
        line_start = position
        position += len(delimiter)
        if line_start != entity.start and source[line_start - 1] != 0x0A:
            continue
        newline = source.find(b"\n", position, entity.end)
        line_end = entity.end if newline == -1 else newline + 1
        if line_end - position > 1_000:  # trailing white space of that length is no delimiter
            continue
        rest = source[position:line_end].strip()
        if rest in {b"", b"--"}:
            yield line_start, line_end, rest == b"--"
            position = line_end


def _before_line_break(source: bytes, start: int, end: int) -> int:
    if end > start and source[end - 1] == 0x0A:
        end -= 1
        if end > start and source[end - 1] == 0x0D:
            end -= 1
    return end


def _skip_before_header(content: bytes, defects: list[str]) -> tuple[int, bytes]:
    """Where the header begins, behind blank lines, a byte order mark and the "From " line of an mbox; and that line."""
    start = 0
    leading = _LEADING.match(content)
    if leading is not None and leading.end() and _FIELD.match(content, leading.end()):
        start = leading.end()
        defects.append("Blank lines or a byte order mark stand before the header.")
    envelope = _ENVELOPE.match(content, start)
    if envelope is None:
        return start, b""
    defects.append('The message begins with the "From " line of a mailbox file.')
    return envelope.end(), envelope[0][:1_000].strip()


def _read_header(source: bytes, start: int, end: int, defects: list[str]) -> tuple[dict[bytes, list[bytes]], int]:
    """The known fields, unfolded and cut at the cap, and where the body begins."""
    fields: dict[bytes, list[bytes]] = {}
    position = start
    count = 0
    while position < end and count < MAX_FIELDS:
        found = _FIELD.match(source, position, end)
        if found is not None:
            name = found[1].lower()
            if name in _KNOWN:
                fields.setdefault(name, []).append(_unfolded(found[2], defects))
            position = found.end()
            count += 1
            continue
        blank = _BLANK.match(source, position, end)
        if blank is not None:
            return fields, blank.end()
        resumed = _after_broken_line(source, position, end)
        if resumed == position:
            if position > start or start == 0:
                defects.append("No blank line separates the header from the body.")
            return fields, position
        defects.append("A line in the header is no header field; it was skipped.")
        position = resumed
    if count >= MAX_FIELDS:
        defects.append(f"Only the first {MAX_FIELDS:,} header fields were read.")
        blank = re.compile(rb"\n\r*\n").search(source, position - 1, end)
        position = blank.end() if blank else end
    return fields, position


def _after_broken_line(source: bytes, position: int, end: int) -> int:
    """Where the header goes on behind up to three lines that are none; ``position`` itself if it does not."""
    after = position
    for _ in range(3):
        newline = source.find(b"\n", after, end)
        if newline == -1:
            break
        if source.startswith((b"--", b"\n", b"\r"), after, end):  # a boundary or a blank line: this is the body already
            break
        after = newline + 1
        if _SURE_FIELD.match(source, after, end):
            return after
    return position


def _unfolded(value: bytes, defects: list[str]) -> bytes:
    if len(value) > headers.MAX_FIELD:
        value = value[: headers.MAX_FIELD]
        defects.append(f"A header field is longer than {headers.MAX_FIELD:,} bytes; the rest was not read.")
    if b"\n" in value or b"\r" in value:
        value = value.replace(b"\r", b"").replace(b"\n", b"")
    return value.strip()


def _entity(fields: dict[bytes, list[bytes]], start: int, end: int, inherited: str) -> Entity:
    values = fields.get(b"content-type")
    declared, parameters = headers.content_type(values[0] if values else None)
    if not declared and values:
        # RFC 2045 section 5.2 takes nonsense for plain text; with a file name it is rather a file.
        inherited = "application/octet-stream" if "name" in parameters else "text/plain"
    return Entity(fields, declared or inherited, parameters, start, end)
