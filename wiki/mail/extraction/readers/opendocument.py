"""OpenDocument texts (.odt) as one text, presentations (.odp) slide by slide; odfpy's parser refuses entities."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from odf import draw, opendocument, text
from odf.element import Node

from wiki.mail.extraction.readers import archives
from wiki.mail.extraction.readers.extracted import Page

_LINES = {text.P(check_grammar=False).qname, text.H(check_grammar=False).qname}
_SPACES = {
    text.S(check_grammar=False).qname: " ",
    text.Tab(check_grammar=False).qname: "\t",
    text.LineBreak(check_grammar=False).qname: "\n",
}


def read(content: bytes) -> Iterator[Page]:
    """The whole text, or each slide with its notes."""
    archives.opened(content)
    # odfpy prints what it cannot read.
    with contextlib.redirect_stdout(io.StringIO()):
        document = opendocument.load(io.BytesIO(content))
    slides = document.getElementsByType(draw.Page)
    if not slides:
        yield Page("", _text(document.body))
    for number, slide in enumerate(slides, 1):
        yield Page(f"slide {number}", _text(slide))


def _text(root: Any) -> str:
    """The text below an element, a line for each paragraph; without recursion, since nesting is the sender's choice."""
    found: list[str] = []
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            found.append(node)
        elif node.nodeType in {Node.TEXT_NODE, Node.CDATA_SECTION_NODE}:
            found.append(node.data)
        else:
            found.append(_SPACES.get(node.qname, ""))
            if node.qname in _LINES:
                waiting.append("\n")
            waiting.extend(reversed(node.childNodes))
    return "".join(found)
