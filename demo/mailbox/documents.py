"""Makes the attached files from readable lines: PDF, iCalendar, zip. Every result depends on its input alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_PAGE_LINES = 52


def pdf(text: str) -> bytes:
    """A PDF 1.4 file with the text in Helvetica, 52 lines to an A4 page, the first line as heading.

    Characters outside windows-1252 become question marks: the standard fonts of PDF have no others.
    """
    lines = text.split("\n")
    pages = [lines[start : start + _PAGE_LINES] for start in range(0, len(lines), _PAGE_LINES)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        stream = _page_stream(page, first=number == 0)
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    return _pdf_file(objects)


def _page_stream(lines: list[str], *, first: bool) -> bytes:
    shown = []
    for number, line in enumerate(lines):
        size = 16 if first and number == 0 else 10
        safe = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        shown.append(b"/F1 %d Tf (%b) Tj 0 -14 Td" % (size, safe.encode("cp1252", "replace")))
    return b"BT 56 786 Td\n" + b"\n".join(shown) + b"\nET"


def _pdf_file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def ics(text: str, organiser: str, attendee: str) -> bytes:
    """An iCalendar request (RFC 5545) of ``NAME: value`` lines such as SUMMARY, DTSTART, DTEND, LOCATION, UID."""
    fields = [line.partition(": ") for line in text.split("\n") if line.strip()]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Whimbrel Instruments//Loft Calendar//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "DTSTAMP:20250901T080000Z",
        f"ORGANIZER:mailto:{organiser}",
        f"ATTENDEE;RSVP=TRUE:mailto:{attendee}",
        *(f"{name}:{value}" for name, _, value in fields),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines).encode()


def zip_file(contents: Mapping[str, bytes]) -> bytes:
    """A zip archive of the files in the given order, all dated 1 January 2026."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
