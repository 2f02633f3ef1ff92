"""HTML to plain text: what a reader would see, for search, previews and mail that has no plain part. Pure, linear."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wiki.richtext.elements import names
from wiki.richtext.taming import tame

_INVISIBLE = names(
    "script style title head template noscript iframe object embed audio video canvas svg math select datalist"
)
_PARAGRAPH = names("p blockquote ul ol dl table pre h1 h2 h3 h4 h5 h6 hr figure")
_BLOCK = _PARAGRAPH | names(
    "address article aside body caption center dd details dir div dt fieldset figcaption footer form header html "
    "legend li main menu nav option section summary tbody tfoot thead tr"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u200b\u200c\u00ad\u034f\ufeff]+")
_MAX_QUOTES = 10


def from_html(html: str) -> str:
    """The visible text: a line for each block, quoted blocks behind ``>``, list items behind ``-``."""
    if "<" not in html and "&" not in html:
        return html.strip()
    root = LexborHTMLParser(tame(html).html).body
    if root is None:
        return ""
    writer = _Writer()
    node: LexborNode | None = root
    while node is not None:
        is_seen = writer.enter(node)
        child = node.child if is_seen else None
        if child is not None:
            node = child
            continue
        if is_seen:
            writer.leave(node)
        node = _next(node, root, writer)
    return writer.text()


def _next(node: LexborNode, root: LexborNode, writer: _Writer) -> LexborNode | None:
    """The node that follows a finished one, leaving its parents on the way."""
    current = node
    while current.mem_id != root.mem_id:
        following = current.next
        if following is not None:
            return following
        parent = current.parent
        if parent is None:
            return None
        writer.leave(parent)
        current = parent
    return None


class _Writer:
    """Gathers words into lines; an empty line between paragraphs, never two."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.last_depth = 0
        self.is_break_due = False

    def enter(self, node: LexborNode) -> bool:
        """Take a node's own text; False when nobody sees what is in it."""
        tag = node.tag
        if tag == "-text":
            self._add(node.text_content or "")
            return True
        if tag is None or tag.startswith("-") or tag in _INVISIBLE:
            return False
        if tag == "br":
            self._end_line()
        elif tag in _BLOCK:
            self._end_line(is_paragraph=tag in _PARAGRAPH)
            self._enter_block(tag)
        elif tag in {"td", "th"}:
            self.words.append(" ")
        return not _HIDDEN.search(node.attributes.get("style") or "") if node.attributes else True

    def _enter_block(self, tag: str) -> None:
        if tag == "li":
            self.words.append("- ")
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self.preformatted += 1

    def leave(self, node: LexborNode) -> None:
        """End what a node began."""
        tag = node.tag
        if tag not in _BLOCK:
            return
        self._end_line(is_paragraph=tag in _PARAGRAPH)
        if tag == "blockquote":
            self.quotes -= 1
        elif tag == "pre":
            self.preformatted -= 1

    def _add(self, text: str) -> None:
        if not self.preformatted:
            self.words.append(text)
            return
        first, *others = text.split("\n")
        self.words.append(first)
        for line in others:
            self._end_line()
            self.words.append(line)

    def _end_line(self, *, is_paragraph: bool = False) -> None:
        text = "".join(self.words)
        self.words.clear()
        line = text.rstrip() if self.preformatted else _SPACES.sub(" ", text).strip()
        depth = min(self.quotes, _MAX_QUOTES)
        if line:
            if self.is_break_due and self.lines:
                self.lines.append(">" * min(depth, self.last_depth))
            self.lines.append("> " * depth + line)
            self.last_depth = depth
            self.is_break_due = False
        if is_paragraph or (self.preformatted and not line):
            self.is_break_due = True

    def text(self) -> str:
        """All lines."""
        self._end_line()
        return "\n".join(self.lines)
