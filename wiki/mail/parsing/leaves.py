"""The leaves of a message: decoded, numbered, and those of its containers behind them. Pure, bounded, never raises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from urllib.parse import unquote

from wiki.mail.features import Enclosed, Event, Report
from wiki.mail.message import Part
from wiki.mail.parsing import headers
from wiki.mail.parsing.mime import MAX_PARTS, Entity, Structure, read_fields
from wiki.words import MEBIBYTE

MAX_UNPACKED = 64 * MEBIBYTE
"""Bytes that may come out of the containers of one message, all together."""
_MOST_REFUSED = 20


@dataclass
class Leaf:
    """A leaf with its decoded bytes and what its header calls it; ``container`` is the number of the leaf it was in."""

    index: int
    content_type: str
    data: bytes
    disposition: str = ""
    filename: str = ""
    content_id: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    container: int | None = None
    is_body: bool = False
    is_hidden: bool = False
    is_inline: bool = False

    def as_part(self) -> Part:
        """The value for others."""
        return Part(
            index=self.index,
            content_type=self.content_type,
            disposition=self.disposition,
            filename=self.filename,
            content_id=self.content_id,
            size=len(self.data),
            sha256=hashlib.sha256(self.data).hexdigest(),
            is_attachment=not (self.is_body or self.is_hidden or self.is_inline),
            container=self.container,
        )


@dataclass
class Book:
    """All leaves of one message in the order in which they were found, and what was learnt from them.

    The leaves of the message itself come first, so that their numbers do not depend on what can be unpacked.
    ``for_display`` leaves out reports and calendars, which a row has already.
    """

    leaves: list[Leaf] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)
    report: Report | None = None
    events: list[Event] = field(default_factory=list)
    signed: str = ""
    encrypted: str = ""
    calendars: int = 0
    room: int = MAX_UNPACKED
    refused: int = 0
    for_display: bool = False

    @property
    def is_full(self) -> bool:
        """Whether so much had no room that nothing more is even tried."""
        return self.refused >= _MOST_REFUSED

    def note(self, problem: str) -> None:
        """Remember what was wrong, each thing once; '' is nothing."""
        if problem and problem not in self.defects:
            self.defects.append(problem)

    def has_room(self, leaf_count: int, size: int) -> bool:
        """Whether so many leaves of so many bytes in all can still be unpacked; what has no room is noted."""
        if len(self.leaves) + leaf_count > MAX_PARTS or size > self.room:
            self.refused += 1
            self.note("Not everything that is attached was unpacked: it is too much.")
            return False
        self.room -= size
        return True

    def add(self, structure: Structure, entity: Entity, container: int | None) -> Leaf:
        """Number and decode the next leaf."""
        leaf, problem = leaf_of(structure, len(self.leaves), entity)
        leaf.container = container
        self.leaves.append(leaf)
        self.note(problem)
        return leaf


def leaf_of(structure: Structure, index: int, entity: Entity) -> tuple[Leaf, str]:
    """A leaf decoded, and a sentence about its transfer encoding ('' when all was well)."""
    data, problem = structure.decoded(entity)
    disposition, parameters = headers.disposition(entity.first(b"content-disposition"))
    name = parameters.get("filename") or entity.parameters.get("name", "")
    content_id = headers.one_line(headers.raw_text(entity.first(b"content-id") or b""))
    leaf = Leaf(
        index=index,
        content_type=entity.content_type,
        data=data,
        disposition=disposition,
        filename=headers.clean_filename(name),
        content_id=content_id.strip("<> ")[:500],
        parameters=entity.parameters,
    )
    if not leaf.filename:
        leaf.filename = _found_filename(leaf, entity)
    return leaf, problem


def _found_filename(leaf: Leaf, entity: Entity) -> str:
    """A file name for a part that declares none: the subject of an enclosed mail, or the end of its location."""
    if leaf.content_type == "message/rfc822":
        subjects = read_fields(leaf.data).get(b"subject")
        subject = headers.decode_text(subjects[0]) if subjects else ""
        return headers.clean_filename((subject.replace("/", "-").replace("\\", "-")[:100] or "message") + ".eml")
    if leaf.content_type.startswith(("text/", "multipart/")):
        return ""
    location = headers.decode_text(entity.first(b"content-location") or b"")
    return headers.clean_filename(unquote(location.partition("?")[0]))
