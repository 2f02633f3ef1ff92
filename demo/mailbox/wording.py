"""The text of a message as its author's mail program would have laid it out: lines, quotations, signature, HTML."""

from __future__ import annotations

import html
import re
import textwrap
from datetime import datetime

from demo.mailbox.people import Person

_WIDTH = 72
_LEADING = re.compile(r"(?:> ?)*(?:[-*] |\d+\. )?")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def quotation(author: Person, quoted: Person, written: datetime, subject: str, text: str) -> str:
    """The quoted text under its line of attribution, without the signature of what is quoted."""
    said = author.said.format(
        name=quoted.name,
        address=quoted.address,
        subject=subject,
        date=f"{written.day} {written:%B %Y}",
        dmy=f"{written:%d.%m.%Y}",
        iso=f"{written:%Y-%m-%d}",
        time=f"{written:%H:%M}",
    )
    kept = text.split("\n-- \n", 1)[0].rstrip()
    mark = author.quote_mark
    lines = [(mark + line if line and not line.startswith(">") else mark.rstrip() + line) for line in kept.split("\n")]
    return "\n".join([said, *lines])


def lay_out(text: str, wrap: str) -> str:
    """Breaks long lines as the mail program does; quoted and listed lines keep their leading marks.

    ``flowed`` ends each broken line with a blank and stuffs lines that begin with a blank or "From " (RFC 3676).
    """
    if wrap == "none":
        return text
    flowed = wrap == "flowed"
    out: list[str] = []
    for line in text.split("\n"):
        broken = _broken(line)
        if flowed and line != "-- ":
            broken = [part.rstrip() for part in broken]
            broken = [(" " + part if part.startswith((" ", "From ")) else part) for part in broken]
            broken = [part + " " for part in broken[:-1]] + broken[-1:]
        out.extend(broken)
    return "\n".join(out)


def _broken(line: str) -> list[str]:
    if len(line) <= _WIDTH or _IDEOGRAPHS.search(line) or "\t" in line or "  " in line.strip():
        return [line]
    match = _LEADING.match(line)
    lead = match.group() if match else ""
    follow = lead if lead.startswith(">") else " " * len(lead)
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=follow, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def as_html(text: str, font: str) -> str:
    """The same text as a mail program writes it in HTML: paragraphs, lists, quotations, inline styles."""
    body, dashes, signature = text.partition("\n-- \n")
    blocks = [_html_block(block) for block in re.split(r"\n{2,}", body.strip("\n"))]
    if dashes:
        blocks.append(f'<div class="signature" style="color:#78716c;font-size:13px">{_lines(signature)}</div>')
    inside = "\n".join(blocks)
    return f'<div style="font-family:{font};font-size:15px;line-height:1.45;color:#26323a">\n{inside}\n</div>'


def _html_block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith(">") for line in lines):
        inner = "\n".join(line[1:].removeprefix(" ") for line in lines)
        parts = "\n".join(_html_block(part) for part in re.split(r"\n{2,}", inner.strip("\n")) if part)
        return (
            f'<blockquote style="margin:0 0 0 8px;padding-left:10px;border-left:2px solid #9fb8bf">{parts}</blockquote>'
        )
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{html.escape(line[2:])}</li>" for line in lines) + "</ul>"
    return f'<p style="margin:0 0 12px">{_lines(block)}</p>'


def _lines(text: str) -> str:
    return "<br>\n".join(html.escape(line, quote=False) for line in text.split("\n"))


def document(inside: str, charset: str) -> str:
    """A whole HTML document around what stands in its body."""
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
        f"</head>\n<body>\n{inside}\n</body>\n</html>\n"
    )
