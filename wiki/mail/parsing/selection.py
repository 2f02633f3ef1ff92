"""Which parts of a mail are its text, which its HTML, and which a reader would call attachments. Pure, never raises.

Where a mail says something twice (multipart/alternative), both forms are kept; where it says several things one
after another (multipart/mixed), they follow one another in the text as in the HTML.
"""

from __future__ import annotations

import functools
import re
from html import escape
from urllib.parse import unquote

from wiki.mail.parsing import charsets, findings
from wiki.mail.parsing.flowed import unflow
from wiki.mail.parsing.leaves import Book, Leaf, leaf_of
from wiki.mail.parsing.mime import Entity, Structure
from wiki.mail.parsing.unpacking import Body, Unpacker, is_container
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


def charset_hint(structure: Structure) -> str:
    """The charset that a part declares, for those that declare none."""
    return next((leaf.charset for leaf in structure.leaves() if leaf.charset), "")


def read(structure: Structure, *, for_display: bool = False) -> tuple[Body, Book]:
    """Choose the body of a message, and number all that is in it; for display no report or calendar is read."""
    book = Book(for_display=for_display)
    body = _read_into(book, structure)
    findings.look_at_text(book, body.text)
    return body, book


def has_containers(structure: Structure) -> bool:
    """Whether something in a message must be opened to read it all, or to know its files."""
    return any(is_container(leaf_of(structure, index, entity)[0]) for index, entity in enumerate(structure.leaves()))


def _read_into(
    book: Book, structure: Structure, container: int | None = None, depth: int = 0, is_own: bool = True
) -> Body:
    """As ``read``, for what was unpacked at that depth; the parameters are those of unpacking.Unpacker.read."""
    leaves = [book.add(structure, entity, container) for entity in structure.leaves()]
    unpacker = Unpacker(book, depth, is_own, functools.partial(_read_into, book))
    hint = charset_hint(structure)
    for leaf in leaves:
        unpacker.unpack(leaf)
        if is_own and not book.for_display:
            findings.look_at(book, leaf, hint)
    chooser = _Chooser(structure, leaves, unpacker, hint)
    pieces = [piece for piece in chooser.pieces(structure.root, may_have_name=True) if piece.text or piece.html]
    spare = unpacker.spare
    html = _joined_html(pieces) or spare.html
    text = _joined_text(pieces)
    if not text.strip():
        text = spare.text or plain.from_html(spare.html)
    if "cid:" in html.lower():
        _mark_inline(book, leaves, {unquote(found) for found in _CONTENT_ID_URL.findall(html)})
    return Body(text, html)


def _mark_inline(book: Book, leaves: list[Leaf], shown: set[str]) -> None:
    """Mark what the HTML of this level draws: leaves beside it, and those of an Outlook container beside it."""
    beside = {leaf.index for leaf in leaves} - {enclosed.part for enclosed in book.enclosed}
    for leaf in book.leaves[leaves[0].index :]:
        if leaf.content_id in shown and (leaf.index in beside or leaf.container in beside):
            leaf.is_inline = True


class _Chooser:
    """Walks over the tree of one level and gathers what there is to read in it."""

    def __init__(self, structure: Structure, leaves: list[Leaf], unpacker: Unpacker, hint: str) -> None:
        self.book = unpacker.book
        self.is_own = unpacker.is_own
        self.bodies = unpacker.bodies
        self.hint = hint
        self.leaf_of = {id(entity): leaf for entity, leaf in zip(structure.leaves(), leaves, strict=True)}

    def pieces(self, entity: Entity, *, may_have_name: bool) -> list[Body]:
        """What there is to read in an entity, in order. The depth is bounded by mime.MAX_DEPTH."""
        if not entity.children:
            return self._leaf_pieces(self.leaf_of[id(entity)], may_have_name=may_have_name)
        kind = entity.content_type.partition("/")[2]
        if kind == "alternative":
            return [self._best_of(entity)]
        if kind == "related":
            return self._root_of(entity)
        if kind in {"signed", "encrypted"} and self.is_own:
            findings.look_at_protection(self.book, entity)
        if kind == "signed":
            return self.pieces(entity.children[0], may_have_name=may_have_name)
        found: list[Body] = []
        for child in entity.children:
            found += self.pieces(child, may_have_name=not found)
        return found

    def _best_of(self, entity: Entity) -> Body:
        """RFC 2046 section 5.1.4: the last form is the best; of each kind of form the last counts."""
        best = Body()
        for child in entity.children:
            found = self.pieces(child, may_have_name=True)
            text = _joined([piece.text for piece in found])
            best = Body(text if text.strip() else best.text, _joined_html(found) or best.html)
            leaf = self.leaf_of.get(id(child))
            if leaf is not None and leaf.content_type.startswith("text/") and leaf.content_type != "text/calendar":
                leaf.is_hidden = not leaf.filename and leaf.disposition != "attachment"
        return best

    def _root_of(self, entity: Entity) -> list[Body]:
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

    def _leaf_pieces(self, leaf: Leaf, *, may_have_name: bool) -> list[Body]:
        if leaf.index in self.bodies:
            return [self.bodies[leaf.index]]
        is_file = bool(leaf.filename) and not may_have_name
        if leaf.content_type not in _READABLE or leaf.disposition == "attachment" or is_file:
            return []
        leaf.is_body = True
        if leaf.content_type in _HTML:
            return [Body(html=self._text_of(leaf))]
        text = self._text_of(leaf).replace("\r\n", "\n").replace("\r", "\n")
        parameters = leaf.parameters
        if leaf.content_type in _ENRICHED:
            text = _ENRICHED_COMMAND.sub(lambda command: "<" if command[0] == "<<" else "", text)
        elif parameters.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=parameters.get("delsp", "").lower() == "yes")
        return [Body(text=text)]

    def _text_of(self, leaf: Leaf) -> str:
        label = leaf.parameters.get("charset", "")
        if not label and leaf.content_type in _HTML:
            declared = _META_CHARSET.search(leaf.data, 0, 2048)
            label = declared[1].decode("ascii") if declared else ""
        text, problem = charsets.decode(leaf.data, label, self.hint)
        self.book.note(problem)
        return text


def _joined(texts: list[str]) -> str:
    filled = [text for text in texts if text.strip()]
    return filled[0] if len(filled) == 1 else "\n\n".join(text.strip("\n") for text in filled)


def _joined_text(pieces: list[Body]) -> str:
    return _joined([piece.text if piece.text.strip() else plain.from_html(piece.html) for piece in pieces])


def _joined_html(pieces: list[Body]) -> str:
    """'' when no piece has HTML; plain pieces between HTML ones keep their lines."""
    if not any(piece.html for piece in pieces):
        return ""
    if len(pieces) == 1:
        return pieces[0].html
    return "\n".join(piece.html or f"<pre>{escape(piece.text)}</pre>" for piece in pieces)
