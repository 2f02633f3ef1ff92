"""What of a mail's body people see: safe HTML, text as HTML, and the first words.

Pure. No HTML of a mail reaches a person but through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from wiki.mail.message import ParsedMessage
from wiki.mail.quoting import stored
from wiki.mail.quoting.html import fold
from wiki.mail.quoting.lines import blocks
from wiki.mail.quoting.ranges import Kind, Range, ranges
from wiki.richtext import links, sanitise
from wiki.richtext.taming import tame
from wiki.words import count

_MAX_SHOWN = 1_000_000
_FOLDED_LINES = 6
_FOLDED = frozenset({Kind.QUOTE, Kind.ATTRIBUTION})
_CONTAINERS = {
    Kind.NEW: "{}",
    Kind.SIGNATURE: '<div class="signature">{}</div>',
    Kind.FORWARD: '<div class="forwarded">{}</div>',
}
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen)|liebe[rs]?|sehr geehrte[rs]?"
    r"|bonjour|salut|hola|ciao|hei|hej)\b[^.!?:]{0,60}[,!.:]?",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\W_]{3,}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class SafeBody:
    """Safe HTML, and what was found in it.

    ``remote_images`` counts images of other servers, blocked or not; ``inline_content_ids`` are the parts that the
    HTML draws; ``is_cut`` says that the document was too long to be shown whole.
    """

    html: str
    remote_images: int = 0
    inline_content_ids: frozenset[str] = frozenset()
    is_cut: bool = False


@dataclass
class _Images:
    """Decides about each image of one mail, and counts."""

    inline_url: Callable[[str], str | None]
    allow_remote: bool
    placeholder: str
    remote: int = 0
    content_ids: set[str] = field(default_factory=set)

    def address(self, source: str) -> str | None:
        lower = source.lower()
        if lower.startswith("cid:"):
            content_id = unquote(source[4:]).strip("<> ")
            self.content_ids.add(content_id)
            return self.inline_url(content_id)
        if lower.startswith("//"):
            source = "https:" + source
        elif not lower.startswith(("http://", "https://")):
            return None
        self.remote += 1
        return source if self.allow_remote else self.placeholder or None


def safe_html(
    parsed: ParsedMessage,
    *,
    inline_url: Callable[[str], str | None] = lambda _content_id: None,
    allow_remote: bool = False,
    placeholder: str = "",
) -> SafeBody:
    """The mail's HTML, safe to be drawn in a sandboxed frame; no HTML gives ''.

    ``inline_url`` maps a content id to the address of that part, or None; ``placeholder`` is the address of the
    picture that stands where a remote image is blocked ('' shows the image's alternative text).
    """
    if not parsed.html:
        return SafeBody("")
    images = _Images(inline_url, allow_remote, placeholder)
    tamed = tame(parsed.html)
    html = sanitise.clean_mail(tamed.html, images.address)
    if not stored.passes_on(parsed.subject):
        html = fold(html)
    return SafeBody(html, images.remote, frozenset(images.content_ids), tamed.is_cut)


def text_html(text: str, found: Sequence[Range] | None = None, longest: int = _MAX_SHOWN) -> str:
    """Plain text as safe HTML: paragraphs, links, nested blockquotes. ``found`` are its ranges, if they are known.

    What is quoted stands in ``<details class="quote">``, folded if it is long, and signatures in ``div.signature``.
    Lines and columns stay as they were typed. At most ``longest`` characters are shown.
    """
    pieces: list[str] = []
    quoted: list[str] = []
    for each in ranges(text) if found is None else found:
        if each.start >= longest:
            break
        stretch = text[each.start : min(each.end, longest)]
        if each.kind in _FOLDED:
            quoted.append(stretch)
            continue
        pieces.append(_quote("".join(quoted)))
        quoted.clear()
        pieces.append(_CONTAINERS[each.kind].format(_nested(stretch)))
    pieces.append(_quote("".join(quoted)))
    if len(text) > longest:
        pieces.append("<p>…</p>")
    return "".join(pieces)


def snippet(text: str, found: Sequence[Range] | None = None, length: int = 200) -> str:
    """The first words that say something, on one line: no quotes, greeting or signature where it can be helped.

    ``found`` are the text's ranges, if they are known.
    """
    beginning = text[: 100 * length]
    new = stored.split(beginning, ranges(beginning) if found is None else found).new
    words = _first_words(_lines(new), length)
    if not words:
        words = " ".join(_lines(beginning[: 10 * length]))
    return _shortened(_BLANKS.sub(" ", words).strip(), length)


def _first_words(lines: Iterable[str], length: int) -> str:
    kept: list[str] = []
    size = 0
    for line in lines:
        stripped = _BLANKS.sub(" ", line).strip()
        if not stripped or _RULE.fullmatch(stripped) or (not kept and _GREETING.fullmatch(stripped)):
            continue
        kept.append(stripped)
        size += len(stripped) + 1
        if size > length:
            break
    return " ".join(kept)


def _shortened(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > length // 2 else cut).rstrip(" ,;:") + "…"


def _lines(text: str) -> Iterator[str]:
    return (line for block in blocks(text) for line in block.lines)


def _quote(text: str) -> str:
    """A quote with what announces it, open when it is short enough to be read on the way."""
    if not text.strip():
        return ""
    lines = sum(1 for line in text.split("\n") if line.strip("> \t\r"))
    state = "" if lines >= _FOLDED_LINES else " open"
    return f'<details class="quote"{state}><summary>{count(lines, "quoted line")}</summary>{_nested(text)}</details>'


def _nested(text: str) -> str:
    """Text as paragraphs, in blockquotes as deep as its marks."""
    pieces: list[str] = []
    depth = 0
    for block in blocks(text):
        pieces.append("<blockquote>" * (block.depth - depth) + "</blockquote>" * (depth - block.depth))
        pieces.append(_paragraphs(block.lines))
        depth = block.depth
    return "".join(pieces) + "</blockquote>" * depth


def _paragraphs(lines: list[str]) -> str:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(links.html_with_links(_fixed_columns(line)))
        elif paragraphs[-1]:
            paragraphs.append([])
    return "".join(f"<p>{'<br>'.join(paragraph)}</p>" for paragraph in paragraphs if paragraph)


def _fixed_columns(line: str) -> str:
    """Blanks that HTML would swallow, made to stay: indentation and columns mean something in a mail."""
    spaced = line.rstrip().expandtabs(8).replace("  ", " \u00a0")
    return "\u00a0" + spaced[1:] if spaced.startswith(" ") else spaced
