"""Which parts of a mail are its text, which its HTML, and which a reader would call attachments. Pure, never raises.

Where a mail says something twice (multipart/alternative), both forms are kept; where it says several things one
after another (multipart/mixed), they follow one another in the text as in the HTML.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import unquote

from wiki.mail.message import Part
from wiki.mail.parsing import charsets, headers
from wiki.mail.parsing.flowed import unflow
from wiki.mail.parsing.mime import Entity, Structure, read_fields
from wiki.richtext import plain

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
# Kinds of text that are read in place when they have no file name; other kinds (calendars, cards) are files.
_READABLE = (
    _HTML | _ENRICHED | {"text/plain", "text/markdown", "text/x-diff", "text/x-log", "text/x-markdown", "text/x-patch"}
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{1,40})""", re.IGNORECASE)
_ENRICHED_COMMAND = re.compile(r"<<|</?(param>[^<]{0,1000}</param|[a-zA-Z-]{1,60})>", re.IGNORECASE)
_CONTENT_ID_URL = re.compile(r"(?:cid|CID|Cid):([^\s\"'<>)&]{1,500})")


@dataclass
class Leaf:
    """A leaf of the tree with its decoded bytes and what its header calls it."""

    index: int
    entity: Entity
    data: bytes
    disposition: str
    filename: str
    content_id: str
    is_body: bool = False
    is_hidden: bool = False

    @property
    def content_type(self) -> str:
        """Type and subtype in lower case."""
        return self.entity.content_type

    def as_part(self, shown_inline: frozenset[str]) -> Part:
        """The value for others; ``shown_inline`` are the content ids that the HTML draws as images."""
        is_shown = self.is_body or self.is_hidden or (bool(self.content_id) and self.content_id in shown_inline)
        return Part(
            index=self.index,
            content_type=self.content_type,
            disposition=self.disposition,
            filename=self.filename,
            content_id=self.content_id,
            size=len(self.data),
            sha256=hashlib.sha256(self.data).hexdigest(),
            is_attachment=not is_shown,
        )


@dataclass(frozen=True)
class _Piece:
    """One stretch of the message in the forms in which it came; '' for a form that it has not."""

    text: str = ""
    html: str = ""


@dataclass
class Selection:
    """The readable body and all leaves as parts, with what was wrong on the way."""

    text: str
    html: str
    parts: tuple[Part, ...]
    defects: list[str]


def select(structure: Structure, hint: str) -> Selection:
    """Choose the body of a message. ``hint`` as in charsets.decode."""
    chooser = _Chooser(structure, hint)
    pieces = [piece for piece in chooser.pieces(structure.root, may_have_name=True) if piece.text or piece.html]
    html = _joined_html(pieces)
    shown = frozenset(unquote(found) for found in _CONTENT_ID_URL.findall(html))
    parts = tuple(leaf.as_part(shown) for leaf in chooser.leaves)
    return Selection(_joined_text(pieces), html, parts, chooser.defects)


def leaf_of(structure: Structure, index: int, entity: Entity) -> tuple[Leaf, str]:
    """A leaf decoded, and a sentence about its transfer encoding ('' when all was well)."""
    data, problem = structure.decoded(entity)
    disposition, parameters = headers.disposition(entity.first(b"content-disposition"))
    name = parameters.get("filename") or entity.parameters.get("name", "")
    content_id = headers.one_line(headers.raw_text(entity.first(b"content-id") or b""))
    leaf = Leaf(index, entity, data, disposition, headers.clean_filename(name), content_id.strip("<> ")[:500])
    if not leaf.filename:
        leaf.filename = _found_filename(leaf)
    return leaf, problem


def _found_filename(leaf: Leaf) -> str:
    """A file name for a part that declares none: the subject of an enclosed mail, or the end of its location."""
    if leaf.content_type == "message/rfc822":
        subjects = read_fields(leaf.data).get(b"subject")
        subject = headers.decode_text(subjects[0]) if subjects else ""
        return headers.clean_filename((subject.replace("/", "-").replace("\\", "-")[:100] or "message") + ".eml")
    if leaf.content_type.startswith(("text/", "multipart/")):
        return ""
    location = headers.decode_text(leaf.entity.first(b"content-location") or b"")
    return headers.clean_filename(unquote(location.partition("?")[0]))


@dataclass
class _Chooser:
    structure: Structure
    hint: str
    leaves: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    by_start: dict[int, Leaf] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, entity in enumerate(self.structure.leaves()):
            leaf, problem = leaf_of(self.structure, index, entity)
            self.leaves.append(leaf)
            self.by_start[id(entity)] = leaf
            self._note(problem)

    def pieces(self, entity: Entity, *, may_have_name: bool) -> list[_Piece]:
        """What there is to read in an entity, in order. The depth is bounded by mime.MAX_DEPTH."""
        if not entity.children:
            return self._leaf_pieces(self.by_start[id(entity)], may_have_name=may_have_name)
        kind = entity.content_type.partition("/")[2]
        if kind == "alternative":
            return [self._best_of(entity)]
        if kind == "related":
            return self._root_of(entity)
        if kind == "signed":
            return self.pieces(entity.children[0], may_have_name=may_have_name)
        found: list[_Piece] = []
        for child in entity.children:
            found += self.pieces(child, may_have_name=not found)
        return found

    def _best_of(self, entity: Entity) -> _Piece:
        """RFC 2046 section 5.1.4: the last form is the best; of each kind of form the last counts."""
        best = _Piece()
        for child in entity.children:
            found = self.pieces(child, may_have_name=True)
            text = _joined([piece.text for piece in found])
            best = _Piece(text if text.strip() else best.text, _joined_html(found) or best.html)
            leaf = self.by_start.get(id(child))
            if leaf is not None and leaf.content_type.startswith("text/") and leaf.content_type != "text/calendar":
                leaf.is_hidden = not leaf.filename and leaf.disposition != "attachment"
        return best

    def _root_of(self, entity: Entity) -> list[_Piece]:
        """RFC 2387: the root is named by ``start``, else it is the first part; here, the first that can be read."""
        start = entity.parameters.get("start", "").strip("<> ")
        ordered = sorted(
            entity.children, key=lambda child: not start or start.encode() not in (child.first(b"content-id") or b"")
        )
        for child in ordered:
            found = self.pieces(child, may_have_name=True)
            if found:
                return found
        return []

    def _leaf_pieces(self, leaf: Leaf, *, may_have_name: bool) -> list[_Piece]:
        is_file = bool(leaf.filename) and not may_have_name
        if leaf.content_type not in _READABLE or leaf.disposition == "attachment" or is_file:
            return []
        leaf.is_body = True
        if leaf.content_type in _HTML:
            return [_Piece(html=self._text_of(leaf))]
        text = self._text_of(leaf).replace("\r\n", "\n").replace("\r", "\n")
        parameters = leaf.entity.parameters
        if leaf.content_type in _ENRICHED:
            text = _ENRICHED_COMMAND.sub(lambda command: "<" if command[0] == "<<" else "", text)
        elif parameters.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=parameters.get("delsp", "").lower() == "yes")
        return [_Piece(text=text)]

    def _text_of(self, leaf: Leaf) -> str:
        label = leaf.entity.charset
        if not label and leaf.content_type in _HTML:
            declared = _META_CHARSET.search(leaf.data, 0, 2048)
            label = declared[1].decode("ascii") if declared else ""
        text, problem = charsets.decode(leaf.data, label, self.hint)
        self._note(problem)
        return text

    def _note(self, problem: str) -> None:
        if problem and problem not in self.defects:
            self.defects.append(problem)


def _joined(texts: list[str]) -> str:
    filled = [text for text in texts if text.strip()]
    return filled[0] if len(filled) == 1 else "\n\n".join(text.strip("\n") for text in filled)


def _joined_text(pieces: list[_Piece]) -> str:
    return _joined([piece.text if piece.text.strip() else plain.from_html(piece.html) for piece in pieces])


def _joined_html(pieces: list[_Piece]) -> str:
    """'' when no piece has HTML; plain pieces between HTML ones keep their lines."""
    if not any(piece.html for piece in pieces):
        return ""
    if len(pieces) == 1:
        return pieces[0].html
    return "\n".join(piece.html or f"<pre>{escape(piece.text)}</pre>" for piece in pieces)
