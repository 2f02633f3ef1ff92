"""The suites that come without expectations, against Python's own ``email`` (compat32): an independent reader.

Compared are the parts in order with their types, their decoded bytes and file names, the subject, the addresses of
the sender, the date, and for bounces the recipients of delivery reports. Where that reader raises, it has no say.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import PurePath
from typing import TypeVar

from tools.fidelity.reasons import REASONS
from tools.fidelity.suite import UNEXPLAINED, Difference, Suite, comparable
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing import headers, parse

ARCHIVES = (
    "bounces-flufl",
    "cpython-email",
    "enmime",
    "flanker",
    "mailparser-npm",
    "mikel-mail",
    "rspamd",
    "spamscope-mail-parser",
)
_NO_MAIL = (
    ".md", ".py", ".png", ".gif", ".jpg", ".pdf", ".zip", ".au", ".wav", ".tiff", ".golden", ".gitattributes",
    "LICENSE", "NOTICE", "NOTICE.txt",
)  # fmt: skip
_Value = TypeVar("_Value")


def suite(archive: str, found: Mapping[str, bytes]) -> Suite:
    """The mails of an archive, each read by both."""
    reasons = REASONS.get(archive, {})
    differing: list[Difference] = []
    cases = crashed = 0
    for name, content in sorted(found.items()):
        if name.endswith(_NO_MAIL) or _is_list(name):
            continue
        cases += 1
        try:
            what = ", ".join(_differences(RawMessage(content), message_from_bytes(content)))
        except Exception:  # noqa: BLE001 - it is what is counted
            crashed += 1
            continue
        if what:
            case = "/".join(PurePath(name).parts[-2:])
            differing.append(Difference(case, reasons.get(case, UNEXPLAINED), what))
    return Suite(archive, cases, tuple(differing), "Python's email", crashed)


def _is_list(name: str) -> bool:
    path = PurePath(name)
    return path.suffix == ".txt" and path.parent.name == "fixtures"


def _differences(raw: RawMessage, theirs: Message) -> Iterator[str]:
    ours = parse.parse(raw)
    leaves = list(_leaves(theirs))
    own = [part for part in ours.parts if part.container is None]
    types = [_said(leaf.get_content_type) or "" for leaf in leaves]
    if types != [part.content_type for part in own]:
        yield f"parts ({len(own)} for {len(leaves)})" if len(own) != len(leaves) else "types of parts"
    else:
        for part, leaf in zip(own, leaves, strict=True):
            data = _bytes(leaf)
            if data is not None and comparable(data) != comparable(parse.part_content(raw, part.index)[1]):
                yield f"bytes of part {part.index}"
        if any(name and name != part.filename for name, part in zip(map(_filename, leaves), own, strict=True)):
            yield "file names"
    yield from _fields(ours, theirs)


def _fields(ours: ParsedMessage, theirs: Message) -> Iterator[str]:
    subject = _said(lambda: _decoded(theirs["subject"]))
    if subject is not None and headers.one_line(subject) != ours.subject:
        yield "subject"
    senders = _said(lambda: [address for _, address in getaddresses([str(theirs["from"])]) if address])
    if theirs["from"] and senders and senders != [each.address for each in ours.sender]:
        yield "sender"
    date = _said(lambda: parsedate_to_datetime(theirs["date"]))
    if date is not None and date.tzinfo is not None and date != ours.header_date:
        yield "date"
    reported = [_final(group) for leaf in _leaves(theirs) for group in _groups(leaf) if group["final-recipient"]]
    report = ours.features.report
    if reported and reported != [each.address for each in (report.recipients if report else ())]:
        yield "recipients"


def _groups(leaf: Message) -> Iterable[Message]:
    """The groups of fields of a delivery report."""
    payload = leaf.get_payload()
    is_report = leaf.get_content_type() == "message/delivery-status" and isinstance(payload, list)
    return [each for each in payload if isinstance(each, Message)] if is_report else []


def _final(group: Message) -> str:
    return headers.one_line(str(group["final-recipient"]).partition(";")[2]).strip("<>")


def _leaves(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield message


def _bytes(leaf: Message) -> bytes | None:
    data = None if leaf.is_multipart() else _said(lambda: leaf.get_payload(decode=True))
    return data if isinstance(data, bytes) else None


def _filename(leaf: Message) -> str:
    name = _said(lambda: _decoded(leaf.get_filename()))
    return headers.clean_filename(name or "")


def _decoded(value: object) -> str | None:
    return None if value is None else str(make_header(decode_header(value)))  # type: ignore[arg-type]


def _said(ask: Callable[[], _Value]) -> _Value | None:
    try:
        return ask()
    except Exception:  # noqa: BLE001 - it raises on some samples, and then has no say
        return None


SUITES: Mapping[str, Callable[[Mapping[str, bytes]], Suite]] = {
    archive: functools.partial(suite, archive) for archive in ARCHIVES
}
"""What to call with the files of each archive."""
