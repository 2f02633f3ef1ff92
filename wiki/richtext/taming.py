"""Hostile HTML made harmless for the parsers themselves: well nested, not too deep, not too long.

Measured: 29 KB of ``<b id=1><b id=2>…<p>x<p>x…`` make nh3 and lexbor build 1.9 GB, because HTML re-opens
every unclosed formatting element in every paragraph; 300 KB of nested ``<div>`` take nh3 eight seconds. So no foreign
HTML reaches a parser but through :func:`tame`. It is no sanitiser: it makes nothing safe for a browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wiki.richtext.elements import names

MAX_DEPTH = 200
"""Elements open at one time. Of what is nested deeper, the text stays and the tags go."""
MAX_LENGTH = 1_000_000
"""Characters of the result; what comes after is cut off."""
MAX_TAGS = 100_000
# A document so small cannot hurt: the worst of the kind costs 0.05 s and 30 MB.
_SMALL_LENGTH = 50_000
_SMALL_TAGS = 500
_MAX_TAG = 4_096  # lexbor is quadratic in the attributes of a tag

_TAG = re.compile(r"<(?:!--|(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:_-]*))")
# Quotes count only behind "=" (HTML standard, section 13.2.5.35 ff.); elsewhere they are typing errors, and frequent.
_REST = re.compile(r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)*+>""")
_SIMPLE_REST = re.compile(r"[^>]*>")
_LONELY_AMPERSAND = re.compile("&(?![#a-zA-Z])")  # nh3 is quadratic in them
# Elements whose content nobody sees; removed whole, because what looks like tags in them would spoil the nesting.
_UNSEEN = {
    name: re.compile(rf"</{name}(?:[\s/][^>]*)?>", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noembed", "noframes")
}
_VOID = names("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
# Their attributes say nothing that is allowed to stay, and differing attributes are what makes the bomb.
_BARE = names("b big code em font i nobr s small strike strong tt u span center")
# A start tag of the first closes an open element of the second, as in the HTML standard (section 13.1.2.4).
_CLOSES = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tbody": frozenset({"thead", "tbody", "tfoot"}),
    "tfoot": frozenset({"thead", "tbody", "tfoot"}),
    "a": frozenset({"a"}),
}
_ENDS_PARAGRAPH = names(
    "address article aside blockquote center details dir div dl dd dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main menu nav ol p pre section table ul"
)
# What a stray tag inside cannot close outside.
_WALLS: dict[str, frozenset[str]] = {
    "li": frozenset({"ul", "ol", "menu", "dir", "table", "td", "th"}),
    "tr": frozenset({"table"}),
    "td": frozenset({"table"}),
    "th": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "table": frozenset(),
}
_WALL = frozenset({"table", "td", "th", "caption", "button", "object", "marquee", "template", "svg", "math"})


@dataclass(frozen=True)
class Tamed:
    """``html`` that a parser survives; ``is_cut`` when the end of the document is missing from it."""

    html: str
    is_cut: bool


def tame(html: str) -> Tamed:
    """The same document for a reader, without comments and scripts, every element closed in order; linear in time."""
    if len(html) <= _SMALL_LENGTH and html.count("<") <= _SMALL_TAGS:
        return Tamed(html, is_cut=False)
    tamer = _Tamer()
    is_whole = tamer.feed(_LONELY_AMPERSAND.sub("&amp;", html))
    return Tamed("".join(tamer.pieces), not is_whole)


@dataclass
class _Tamer:
    pieces: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    # Elements too deep to be opened, by name: as many closing tags are ignored.
    skipped: dict[str, int] = field(default_factory=dict)
    # Names that were looked for in vain since an element was closed; looked for again, they are not there either.
    unreachable: set[str] = field(default_factory=set)
    has_sane_quotes: bool = True
    length: int = 0

    def feed(self, html: str) -> bool:
        """Whether the whole document was taken."""
        position = 0
        end_of_tags = html.rfind(">") + 1  # behind it no tag is complete, and looking for one would be quadratic
        for _ in range(MAX_TAGS):
            tag = _TAG.search(html, position, end_of_tags)
            self._write(html[position : tag.start() if tag else len(html)])
            if tag is None or self.length >= MAX_LENGTH:
                position = len(html)
                break
            position = self._take(tag, html)
        self._close_down_to(0)
        return position >= len(html) and self.length < MAX_LENGTH

    def _take(self, tag: re.Match[str], html: str) -> int:
        """Handle one tag or comment; returns where to read on."""
        if tag["name"] is None:
            end = html.find("-->", tag.start() + 2)
            return len(html) if end == -1 else end + 3
        name = tag["name"].lower()
        rest = self._rest(html, tag.end())
        end = tag.end() + len(rest)
        if tag["close"]:
            self._close(name)
        elif name in _UNSEEN:
            closing = _UNSEEN[name].search(html, end)
            return len(html) if closing is None else closing.end()
        else:
            self._open(name, rest)
        return end

    def _rest(self, html: str, position: int) -> str:
        """A tag from behind its name to its end."""
        found = _REST.match(html, position) if self.has_sane_quotes else None
        if found is None:
            # A quote that swallows the document: from here on it is not looked at, and so looked for only once.
            self.has_sane_quotes = False
            found = _SIMPLE_REST.match(html, position)
        return found[0] if found else ""

    def _write(self, text: str) -> None:
        room = MAX_LENGTH - self.length
        self.length += len(text)
        self.pieces.append(text if len(text) <= room else text[: max(room, 0)])

    def _open(self, name: str, rest: str) -> None:
        if name in _ENDS_PARAGRAPH:
            self._close_one_of(frozenset({"p"}), _WALL)
        if name in _CLOSES:
            self._close_one_of(_CLOSES[name], _WALLS.get(name, _WALL))
        if len(rest) > min(_MAX_TAG, MAX_LENGTH - self.length):
            return
        if name not in _VOID:
            if len(self.stack) >= MAX_DEPTH:
                self.skipped[name] = self.skipped.get(name, 0) + 1
                return
            self.stack.append(name)
            self.unreachable.discard(name)
        # A "<" inside a tag could be read as the beginning of another by a parser that sees the quotes differently.
        kept = ">" if name in _BARE else rest.replace("<", "&lt;")
        self._write(f"<{name}{kept}")

    def _close(self, name: str) -> None:
        if self.skipped.get(name):
            self.skipped[name] -= 1
        elif name == "br":
            self._write("<br>")
        else:
            self._close_one_of(frozenset({name}), _WALLS.get(name, _WALL))

    def _close_one_of(self, names: frozenset[str], walls: frozenset[str]) -> None:
        """Close the innermost of these elements and all inside it, unless a wall stands between."""
        if not names <= self.unreachable:
            for depth in range(len(self.stack) - 1, -1, -1):
                if self.stack[depth] in names:
                    self._close_down_to(depth)
                    return
                if self.stack[depth] in walls:
                    break
        self.unreachable |= names

    def _close_down_to(self, depth: int) -> None:
        self.unreachable.clear()
        while len(self.stack) > depth:
            self.pieces.append(f"</{self.stack.pop()}>")
