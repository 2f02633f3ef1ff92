"""Reports that mail systems write (RFC 6522): of delivery (RFC 3464), of reading (RFC 8098), of spam (RFC 5965).

Pure, bounded, never raises. A bounce that follows no standard is a text like any other.
"""

from __future__ import annotations

import re

from wiki.mail.features import Recipient, Report
from wiki.mail.parsing import headers

KINDS = {
    "message/delivery-status": "delivery",
    "message/global-delivery-status": "delivery",
    "message/disposition-notification": "disposition",
    "message/global-disposition-notification": "disposition",
    "message/feedback-report": "feedback",
}
_MAX_RECIPIENTS = 100
_MAX_VALUE = 1_000
_MAX_BYTES = 1_000_000
_GROUPS = re.compile(rb"\n[ \t\r]*\n\s*")
_FIELD = re.compile(rb"^([!-9;-~]{1,80})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_COMMENT = re.compile(r"\([^()]*\)")

_Fields = dict[str, str]


def report(content_type: str, data: bytes) -> Report | None:
    """What a part of one of :data:`KINDS` reports; None when nothing in it can be understood."""
    kind = KINDS[content_type]
    groups = [_fields(group) for group in _GROUPS.split(data[:_MAX_BYTES].strip())]
    first = groups[0]
    everywhere = {name: value for group in reversed(groups) for name, value in group.items()}
    recipients = [found for group in groups[:_MAX_RECIPIENTS] if (found := _recipient(kind, group))]
    reporter = everywhere.get("reporting-mta") or everywhere.get("reporting-ua") or first.get("user-agent", "")
    if not recipients and not reporter and "feedback-type" not in first:
        return None
    return Report(kind, tuple(recipients), _typed(reporter))


def _fields(group: bytes) -> _Fields:
    found: _Fields = {}
    for match in _FIELD.finditer(group):
        value = headers.decode_text(match[2].replace(b"\r", b"").replace(b"\n", b"")[:_MAX_VALUE])
        found.setdefault(match[1].decode("ascii").lower(), value)
    return found


def _recipient(kind: str, group: _Fields) -> Recipient | None:
    address = _typed(group.get("final-recipient") or group.get("original-recipient") or "").strip("<>")
    if kind == "disposition":
        disposition = group.get("disposition", "")
        if not address and not disposition:
            return None
        action = disposition.rpartition(";")[2].partition("/")[0].strip().lower()
        return Recipient(address, action, diagnostic=group.get("error") or group.get("failure", ""))
    if kind == "feedback":
        address = _typed(group.get("original-rcpt-to", "")).strip("<> ")
        return Recipient(address, group.get("feedback-type", "").lower()) if "feedback-type" in group else None
    if not address and "action" not in group:
        return None
    action = _COMMENT.sub("", group.get("action", "")).strip().lower()
    status = _COMMENT.sub("", group.get("status", "")).strip()
    return Recipient(address, action, status, _typed(group.get("diagnostic-code", "")))


def _typed(value: str) -> str:
    """The value behind a type such as ``rfc822;`` or ``smtp;``."""
    head, separator, tail = value.partition(";")
    is_type = bool(separator) and "@" not in head and " " not in head.strip()
    return headers.one_line(tail if is_type else value)
