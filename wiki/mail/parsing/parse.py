"""A mail's bytes to a ParsedMessage: every field that the wiki shows, and the list of what was wrong.

Pure, bounded, and never raises for any bytes. The stages are the modules beside it: ``mime`` splits, ``selection``
chooses the body, ``headers``, ``addresses`` and ``dates`` read the fields.
"""

from __future__ import annotations

from datetime import UTC, datetime

from wiki.mail.message import Address, ParsedMessage, Part, RawMessage
from wiki.mail.parsing import dates, findings, headers, mime, selection
from wiki.mail.parsing.addresses import addresses
from wiki.mail.parsing.leaves import leaf_of

PARSER_VERSION = 2
"""Grows when the same bytes parse to something else; ``flask mail reparse`` looks for messages below it."""


class PartNotFound(KeyError):
    """The message has no leaf of that index."""


def parse(raw: RawMessage, *, for_display: bool = False) -> ParsedMessage:
    """What the parser understands of a message; troubles end in ``defects``, never in an exception.

    For display, reports and calendars are not read: its row has them.
    """
    structure = mime.read(raw.content)
    root = structure.root
    hint = selection.charset_hint(structure)
    body, book = selection.read(structure, for_display=for_display)
    defects = [*structure.defects, *book.defects]
    header_date = dates.parse_date(headers.raw_text(root.first(b"date") or b""))
    received_date = dates.received_date(headers.raw_text(root.first(b"received") or b""))
    envelope_date = dates.envelope_date(structure.envelope.decode("ascii", "replace"))
    date, trouble = dates.sort_key(header_date, (received_date, raw.internal_date, envelope_date))
    defects.append(trouble)
    return ParsedMessage(
        message_id=_message_id(raw, root, defects),
        subject=headers.subject(root.first(b"subject") or b"", hint),
        sender=_sender(root, hint, defects),
        to=_all_addresses(root, b"to", hint),
        cc=_all_addresses(root, b"cc", hint),
        bcc=_all_addresses(root, b"bcc", hint),
        reply_to=_all_addresses(root, b"reply-to", hint),
        date=date,
        header_date=header_date,
        received_date=received_date,
        in_reply_to=headers.in_reply_to(root.first(b"in-reply-to")),
        references=headers.references(b" ".join(root.fields.get(b"references", []))),
        text=body.text,
        html=body.html,
        parts=tuple(leaf.as_part() for leaf in book.leaves),
        defects=tuple(dict.fromkeys(defect for defect in defects if defect)),
        features=findings.features(book),
    )


def has_containers(raw: RawMessage) -> bool:
    """Whether a message holds other messages, or files of Outlook and S/MIME that pack parts."""
    return selection.has_containers(mime.read(raw.content))


def part_content(raw: RawMessage, index: int) -> tuple[Part, bytes]:
    """A part and its decoded bytes, found by its ``Part.index``. Raises PartNotFound."""
    structure = mime.read(raw.content)
    own = _own_part(structure, index)
    if own is not None:
        return own
    leaves = selection.read(structure, for_display=True)[1].leaves
    if not 0 <= index < len(leaves):
        raise PartNotFound(index)
    return leaves[index].as_part(), leaves[index].data


def own_part_content(raw: RawMessage, index: int) -> tuple[Part, bytes] | None:
    """As ``part_content``, but None for what is in a container and for what is not there; no container is opened."""
    return _own_part(mime.read(raw.content), index)


def _own_part(structure: mime.Structure, index: int) -> tuple[Part, bytes] | None:
    for position, entity in enumerate(structure.leaves()):
        if position == index:
            leaf = leaf_of(structure, index, entity)[0]
            return leaf.as_part(), leaf.data
    return None


def to_json(parsed: ParsedMessage, safe_html: str) -> dict[str, object]:
    """The parsed message as ``flask mail parse --json`` prints it; ``safe_html`` is the sanitised HTML."""
    return {
        "message_id": parsed.message_id,
        "subject": parsed.subject,
        "from": _pairs(parsed.sender),
        "to": _pairs(parsed.to),
        "cc": _pairs(parsed.cc),
        "date": _iso(parsed.date),
        "in_reply_to": parsed.in_reply_to,
        "references": list(parsed.references),
        "text": parsed.text,
        "html": safe_html,
        "attachments": [
            {"filename": part.filename, "content_type": part.content_type, "size": part.size, "sha256": part.sha256}
            for part in parsed.attachments
        ],
        "defects": list(parsed.defects),
    }


def _message_id(raw: RawMessage, root: mime.Entity, defects: list[str]) -> str:
    for value in root.fields.get(b"message-id", []):
        identifier = headers.message_id(value)
        if identifier:
            return identifier
    defects.append("There is no usable Message-ID; one was made from the content.")
    return f"{raw.sha256}@postroom.invalid"


def _sender(root: mime.Entity, hint: str, defects: list[str]) -> tuple[Address, ...]:
    found = _all_addresses(root, b"from", hint)
    if found:
        return found
    defects.append("There is no From address.")
    return _all_addresses(root, b"sender", hint)


def _all_addresses(root: mime.Entity, name: bytes, hint: str) -> tuple[Address, ...]:
    """The addresses of all fields of that name: some mailers write a To field for each recipient."""
    return tuple(found for value in root.fields.get(name, []) for found in addresses(value, hint))


def _pairs(found: tuple[Address, ...]) -> list[list[str]]:
    return [[one.name, one.address] for one in found]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
