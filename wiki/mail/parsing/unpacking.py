"""What is packed into a part: an enclosed message, what was signed, the files of Outlook's containers.

The files become leaves with numbers behind all others, so that each can be found again by unpacking anew
(docs/decisions/026). Pure, bounded in depth, count and bytes, never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from wiki.mail.features import Enclosed
from wiki.mail.parsing import dates, headers, mime, outlook, smime
from wiki.mail.parsing.leaves import Book, Leaf
from wiki.richtext import plain

MAX_DEPTH = 5
_MESSAGES = frozenset(
    {"message/rfc822", "message/global", "message/news", "text/rfc822-headers", "message/rfc822-headers"}
)
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_UNTYPED = frozenset({"application/octet-stream", "application/binary", "text/plain", "application/x-unknown", ""})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"}) | _UNTYPED
_MSG = frozenset({"application/vnd.ms-outlook", "application/x-msg"})
_LONGEST_TEXT = 20_000
_ALL_TEXTS = 100_000


class _Kind(Enum):
    MESSAGE = "a message in the format of the internet"
    ENVELOPE = "S/MIME"
    TNEF = "winmail.dat"
    MSG = "a message as Outlook saves it"


@dataclass(frozen=True)
class Body:
    """What a container holds to read; '' for a form that it has not."""

    text: str = ""
    html: str = ""


@dataclass
class Unpacker:
    """Opens the containers among the leaves of one level.

    ``read`` takes MIME apart into the same book: the structure, the number of the leaf that holds it, its level, and
    whether it belongs to the message itself. ``is_own`` is the latter for this level.
    """

    book: Book
    depth: int
    is_own: bool
    read: Callable[[mime.Structure, int, int, bool], Body]
    bodies: dict[int, Body] = field(default_factory=dict)
    spare: Body = Body()

    def unpack(self, leaf: Leaf) -> None:
        """Open a leaf if it is a container.

        What was signed in it is part of the body and goes to ``bodies``; the body in winmail.dat mostly repeats what
        stands beside it, and is kept to ``spare``.
        """
        opener = self._opener(leaf)
        if opener is None or self.book.is_full:
            return
        if self.depth >= MAX_DEPTH:
            self.book.note(f"Messages are packed into one another more than {MAX_DEPTH} deep; the inner stayed packed.")
            return
        opener(leaf)

    def _opener(self, leaf: Leaf) -> Callable[[Leaf], None] | None:
        openers = {
            _Kind.MESSAGE: self._message,
            _Kind.ENVELOPE: self._envelope,
            _Kind.TNEF: self._tnef,
            _Kind.MSG: self._msg,
        }
        kind = _kind_of(leaf)
        return openers[kind] if kind else None

    def _message(self, leaf: Leaf) -> None:
        structure = mime.read(leaf.data)
        fields = structure.root.fields
        if leaf.content_type not in _MESSAGES and not fields.keys() & {b"from", b"subject", b"date"}:
            return  # a file that is only called so
        body = self._inner(structure, leaf, is_own=False)
        if body is None:
            return
        sender = headers.decode_text(structure.root.first(b"from") or b"")
        date = dates.parse_date(headers.raw_text(structure.root.first(b"date") or b""))
        subject = headers.subject(structure.root.first(b"subject") or b"")
        self._enclose(leaf, Enclosed(leaf.index, subject, sender[:_LONGEST_TEXT], date, body.text))

    def _envelope(self, leaf: Leaf) -> None:
        found = smime.envelope(leaf.data)
        named = leaf.parameters.get("smime-type", "").lower()
        if self.is_own and (found.kind == smime.ENVELOPED or (not found.kind and "enveloped" in named)):
            self.book.encrypted = "S/MIME"
        elif self.is_own and (found.kind == smime.SIGNED or named == "signed-data"):
            self.book.signed = "S/MIME"
        if found.content is None:
            return
        body = self._inner(mime.read(found.content), leaf, is_own=self.is_own)
        if body is not None:
            self.bodies[leaf.index] = body
            leaf.is_hidden = True

    def _inner(self, structure: mime.Structure, leaf: Leaf, *, is_own: bool) -> Body | None:
        count = sum(1 for _ in structure.leaves())
        if not self.book.has_room(count, len(structure.source)):
            return None
        if is_own:
            for defect in structure.defects:
                self.book.note(defect)
        return self.read(structure, leaf.index, self.depth + 1, is_own)

    def _tnef(self, leaf: Leaf) -> None:
        contents = outlook.read_tnef(leaf.data)
        if contents is None:
            self.book.note("An Outlook container (winmail.dat) cannot be unpacked; it is kept as it is.")
            return
        if self._add_files(leaf, contents):
            self.spare = Body(self.spare.text or contents.text, self.spare.html or contents.html)

    def _msg(self, leaf: Leaf) -> None:
        contents = outlook.read_msg(leaf.data)
        if contents is None:
            self.book.note("A message saved by Outlook cannot be read; it is kept as the file that it is.")
            return
        if self._add_files(leaf, contents):
            text = contents.text or plain.from_html(contents.html[: 10 * _LONGEST_TEXT])
            subject, sender = contents.subject[:_LONGEST_TEXT], contents.sender[:_LONGEST_TEXT]
            self._enclose(leaf, Enclosed(leaf.index, subject, sender, contents.date, text))

    def _add_files(self, leaf: Leaf, contents: outlook.Contents) -> bool:
        if not self.book.has_room(len(contents.files), sum(len(file.data) for file in contents.files)):
            return False
        added = [self._added(leaf, file) for file in contents.files]
        for each in added:
            inner = Unpacker(self.book, self.depth + 1, is_own=False, read=self.read)
            inner.unpack(each)
            if inner.spare != Body():  # a message within the message
                text = inner.spare.text or plain.from_html(inner.spare.html)
                self._enclose(each, Enclosed(each.index, each.filename, text=text))
        return True

    def _added(self, container: Leaf, file: outlook.File) -> Leaf:
        added = Leaf(
            index=len(self.book.leaves),
            content_type=file.content_type if "/" in file.content_type else "application/octet-stream",
            data=file.data,
            disposition="attachment",
            filename=file.name,
            content_id=file.content_id[:500],
            container=container.index,
        )
        self.book.leaves.append(added)
        return added

    def _enclose(self, leaf: Leaf, enclosed: Enclosed) -> None:
        shown = sum(len(each.text) for each in self.book.enclosed)
        room = max(0, min(_LONGEST_TEXT, _ALL_TEXTS - shown))
        text = enclosed.text.strip()
        text = text if len(text) <= room else text[:room] + "…"
        subject, sender, date = enclosed.subject, enclosed.sender, enclosed.date
        self.book.enclosed.append(Enclosed(leaf.index, subject, sender, date, text))


def is_container(leaf: Leaf) -> bool:
    """Whether a leaf would be opened."""
    return _kind_of(leaf) is not None


def _kind_of(leaf: Leaf) -> _Kind | None:
    kind, name = leaf.content_type, leaf.filename.lower()
    if not name and kind.startswith("text/") and kind not in _MESSAGES:  # nearly all leaves
        return None
    if kind in _MESSAGES or (kind in _UNTYPED and name.endswith(".eml")):
        return _Kind.MESSAGE
    if kind in _SMIME or (kind in _UNTYPED and name.endswith(".p7m")):
        return _Kind.ENVELOPE
    if (kind in _TNEF or name.endswith((".dat", ".tnef"))) and outlook.is_tnef(leaf.data):
        return _Kind.TNEF
    if (kind in _MSG or name.endswith(".msg")) and outlook.is_msg(leaf.data):
        return _Kind.MSG
    return None
