"""Folding what is quoted in the safe HTML of a mail: pure, linear, and no more than two constant tags set around it.

It reads the HTML that the sanitiser wrote, in which every element that opens also closes, and puts ``<details>`` before
a start tag and behind an end tag, so no markup of the mail's own comes to mean anything else. Only what a mailer marked
is folded, or what stands below a header block in the form that mailers write; never all of a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from wiki.mail.quoting import marks
from wiki.mail.quoting.marks import Label

QUOTE_CLASSES = frozenset({"gmail_quote", "yahoo_quoted", "moz-cite-prefix"})
"""What mailers call the element that holds a quote."""

REST_IDS = frozenset({"divRplyFwdMsg", "appendonsend", "stopSpelling"})
"""What mailers call the element behind which everything is quoted, up to the end of its parent."""

SECTION_ID = "OLK_SRC_BODY_SECTION"

OPENING = '<details class="quote"><summary>Quoted text</summary>'
_CLOSING = "</details>"
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]+|"[^"]*")*+)>')
_ATTRIBUTE = re.compile(r'\s(class|id|type)="([^"]*)"')
_VOID = frozenset({"br", "col", "hr", "img", "wbr"})
# No <details> may stand as a child of these, nor anywhere in a paragraph.
_NO_PARENTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "colgroup", "ul", "ol", "dl", "p"})
_BREAKING = frozenset({"br", "p", "div", "tr", "blockquote", "hr", "table", "h1", "h2", "h3"})
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6])\b[^>]*>")
_ANY_TAG = re.compile(r"<[^<>]*>")
_AHEAD = 3_000  # characters of HTML in which a header block must end
_FORWARD_AHEAD = 800
_LINES_AHEAD = 12
_MOST_LOOKS = 50  # ahead, for header blocks


@dataclass(slots=True)
class _Element:
    """An element that is open: where it began, and how much text had been seen before it."""

    tag: str
    start: int
    text_before: int


@dataclass(slots=True)
class _Line:
    """The text since the last break: where it began, inside how many elements, and after how much text."""

    start: int = 0
    depth: int = 0
    text_before: int = 0
    text: str = ""
    is_over: bool = True


@dataclass(slots=True)
class _Region:
    """What will be folded: from ``start`` until fewer than ``depth`` elements are open.

    The innermost of these is what is folded, or, with ``is_rest``, the parent of it, whose end tag stays outside.
    """

    start: int
    depth: int
    is_rest: bool = False
    end: int = 0


def fold(html: str) -> str:
    """The same HTML with quotes folded; as it was where nothing is quoted, or where nothing else would be left."""
    scanner = _Scanner(html)
    regions = scanner.regions()
    if not regions or scanner.shown <= 0:
        return html
    pieces: list[str] = []
    position = 0
    for region in regions:
        pieces += [html[position : region.start], OPENING, html[region.start : region.end], _CLOSING]
        position = region.end
    return "".join(pieces) + html[position:]


class _Scanner:
    """Goes through the tags once. ``shown`` counts the characters that are in no region."""

    def __init__(self, html: str) -> None:
        self.shown = 0
        self._html = html
        self._open: list[_Element] = []
        self._seen = 0
        self._line = _Line()
        self._paragraphs = 0  # that are open
        self._looks = 0
        self._regions: list[_Region] = []
        self._region: _Region | None = None
        self._forwarded = 0  # elements that were open when a forwarded mail began; nothing in it is folded

    def regions(self) -> list[_Region]:
        position = 0
        for tag in _TAG.finditer(self._html):
            self._text(position, tag.start())
            position = tag.end()
            if tag[1]:
                self._close(tag[2], position)
            else:
                self._begin(tag)
        self._text(position, len(self._html))
        self._end_region(len(self._html), -1)
        return list(_merged(self._regions, self._html))

    def _text(self, start: int, end: int) -> None:
        text = self._html[start:end].strip()
        if not text:
            return
        if self._region is None and self._seen and len(text) < 60 and self._is_header(text, start):
            self._fold_rest_of_parent(start)
        if self._line.is_over:
            self._line = _Line(start, len(self._open), self._seen, is_over=False)
        self._line.text = f"{self._line.text} {text}"[: marks.LONGEST]
        self._seen += len(text)
        if self._region is None:
            self.shown += len(text)

    def _begin(self, tag: re.Match[str]) -> None:
        attributes = dict(_ATTRIBUTE.findall(tag[3]))
        self._line.is_over |= tag[2] in _BREAKING
        if tag[2] in _VOID:
            if attributes.get("id") in REST_IDS and self._may_fold(len(self._open)):
                self._region = _Region(tag.start(), len(self._open), is_rest=True)
            return
        self._open.append(_Element(tag[2], tag.start(), self._seen))
        self._paragraphs += tag[2] == "p"
        depth = len(self._open)
        if not self._may_fold(depth - 1):
            return
        if attributes.get("id") in REST_IDS:
            self._region = _Region(tag.start(), depth - 1, is_rest=True)
        elif self._is_quote(tag, attributes):
            if _begins_forwarded(self._html[tag.end() : tag.end() + _FORWARD_AHEAD]):
                self._forwarded = depth
            else:
                self._region = _Region(self._announcement(tag), depth)

    def _close(self, tag: str, end: int) -> None:
        if not self._open or self._open[-1].tag != tag:
            return
        start = end - len(tag) - 3
        self._line.is_over |= tag in _BREAKING
        if self._region is not None:
            self._end_region(start if self._region.is_rest else end, len(self._open) - 1)
        self._open.pop()
        self._paragraphs -= tag == "p"
        if len(self._open) < self._forwarded:
            self._forwarded = 0

    def _end_region(self, end: int, depth: int) -> None:
        region = self._region
        if region is None or depth >= region.depth:
            return
        region.end = end
        self._regions.append(region)
        self._region = None

    def _may_fold(self, depth: int) -> bool:
        """Whether a region may begin as a child of the first ``depth`` elements that are open."""
        if self._region is not None or self._forwarded:
            return False
        within = self._paragraphs - sum(each.tag == "p" for each in self._open[depth:])
        return not within and (not depth or self._open[depth - 1].tag not in _NO_PARENTS)

    def _is_quote(self, tag: re.Match[str], attributes: dict[str, str]) -> bool:
        if not QUOTE_CLASSES.isdisjoint(attributes.get("class", "").split()) or attributes.get("id") == SECTION_ID:
            return True
        if tag[2] != "blockquote":
            return False
        return attributes.get("type") == "cite" or self._is_announced()

    def _is_announced(self) -> bool:
        """Whether ``Joe wrote:`` stands before this place."""
        line = " ".join(unescape(self._line.text).split())
        return line.endswith(":") and marks.attribution([line]) is not None

    def _announcement(self, tag: re.Match[str]) -> int:
        """Where folding begins: at the line that announces the quote, if that stands beside it in the same element."""
        line, depth = self._line, len(self._open) - 1
        is_beside = line.depth == depth and (not depth or self._open[depth - 1].start < line.start)
        if tag[2] != "blockquote" or not is_beside or not self._is_announced():
            return tag.start()
        self.shown -= self._seen - line.text_before
        return line.start

    def _is_header(self, text: str, start: int) -> bool:
        """Whether a header block begins with this text: sender, date and one more."""
        if (
            self._forwarded
            or self._looks > _MOST_LOOKS
            or marks.label(unescape(text)) not in {Label.SENDER, Label.DATE}
        ):
            return False
        self._looks += 1
        ahead = _BREAKS.sub("\n", self._html[start : start + _AHEAD])
        lines = [line.strip() for line in unescape(_ANY_TAG.sub("", ahead)).split("\n")]
        found = {marks.label(line) for line in [line for line in lines if line][:_LINES_AHEAD]}
        return {Label.SENDER, Label.DATE} <= found and not found.isdisjoint({Label.RECIPIENT, Label.SUBJECT})

    def _fold_rest_of_parent(self, start: int) -> None:
        """Fold from the outermost element that began with the text at ``start`` to the end of that element's parent."""
        depth = len(self._open)
        while depth and self._open[depth - 1].text_before == self._seen:
            depth -= 1
        if self._may_fold(depth):
            first = self._open[depth].start if depth < len(self._open) else start
            self._region = _Region(first, depth, is_rest=True)


def _merged(regions: list[_Region], html: str) -> Iterator[_Region]:
    """Regions with nothing between them as one: the line that announces a quote, and the quote."""
    current: _Region | None = None
    for region in regions:
        between = html[current.end : region.start] if current is not None else ""
        if current is not None and not _ANY_TAG.sub("", between).strip() and "</" not in between:
            current.end = region.end
            continue
        if current is not None:
            yield current
        current = region
    if current is not None:
        yield current


def _begins_forwarded(html: str) -> bool:
    lines = [line.strip() for line in unescape(_ANY_TAG.sub("", _BREAKS.sub("\n", html))).split("\n")]
    return any(marks.is_forward(line) for line in [line for line in lines if line][:2])
