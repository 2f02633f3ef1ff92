"""What a message is beside its text, gathered while its leaves are walked over. Pure, bounded, never raises."""

from __future__ import annotations

from dataclasses import replace

from wiki.mail.features import Features
from wiki.mail.parsing import calendars, charsets, reports
from wiki.mail.parsing.leaves import Book, Leaf
from wiki.mail.parsing.mime import Entity

UNKNOWN = "unknown"
_MAX_EVENTS = 10
_MAX_CALENDARS = 5
_NONE = Features()


def look_at(book: Book, leaf: Leaf, hint: str) -> None:
    """Note what a leaf of the message itself makes of it: a report, an event."""
    if leaf.content_type in reports.KINDS:
        report = reports.report(leaf.content_type, leaf.data)
        if report is None:
            book.note("A report of a mail system says nothing that can be understood.")
            return
        leaf.is_hidden = True
        book.report = book.report or report
    elif leaf.content_type in calendars.TYPES or leaf.filename.lower().endswith(".ics"):
        _look_at_calendar(book, leaf, hint)


def look_at_protection(book: Book, entity: Entity) -> None:
    """RFC 1847: the ``protocol`` says by what a multipart is signed or encrypted."""
    protocol = entity.parameters.get("protocol", "").lower()
    way = "PGP/MIME" if "pgp" in protocol else "S/MIME" if "pkcs7" in protocol else UNKNOWN
    if entity.content_type == "multipart/encrypted":
        book.encrypted = way
    else:
        book.signed = way


def look_at_text(book: Book, text: str) -> None:
    """Note what stands between the lines of PGP in the text itself (RFC 4880 section 6.2)."""
    if "-----BEGIN PGP MESSAGE-----" in text:
        book.encrypted = book.encrypted or "PGP"
    if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        book.signed = book.signed or "PGP"


def features(book: Book) -> Features:
    """All of it, once the whole message was walked over."""
    if not (book.enclosed or book.report or book.events or book.signed or book.encrypted):
        return _NONE
    return Features(book.report, tuple(book.events), tuple(book.enclosed), book.signed, book.encrypted)


def _look_at_calendar(book: Book, leaf: Leaf, hint: str) -> None:
    book.calendars += 1
    if book.calendars > _MAX_CALENDARS:
        return
    text, problem = charsets.decode(leaf.data, leaf.parameters.get("charset", ""), hint)
    book.note(problem)
    events, problems = calendars.events(text, leaf.index)
    for each in problems:
        book.note(each)
    # The same invitation mostly comes twice: to be shown, and as a file.
    known = {replace(event, part=0) for event in book.events}
    book.events += [event for event in events if replace(event, part=0) not in known]
    del book.events[_MAX_EVENTS:]
