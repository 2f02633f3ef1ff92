"""Wiki text (CommonMark with tables, task lists, footnotes and ``[[wiki links]]``) to safe HTML and to plain text.

Pure: what a wiki link leads to is the caller's knowledge, asked through a callback. Raw HTML in the source is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from wiki.richtext.sanitise import clean_page

MAX_SIZE = 512 * 1024
"""Bytes (UTF-8) of source that are rendered."""
_MAX_BRACKETS = 20_000  # each costs the parser 20 µs, because each may begin a link
_MAX_TARGET = 600
_NOT_IN_SLUG = re.compile(r"[^\w\- ]+")
_ALIGN = re.compile(r"text-align:(left|right|center)")

Resolve = Callable[[str], str | None]


class MarkupTooLarge(ValueError):
    """The source is more than is rendered; the message is a sentence for the person."""


def render(source: str, resolve: Resolve, missing: Resolve = lambda _target: None) -> str:
    """Safe HTML of a page.

    ``resolve`` gives the address for the target of a wiki link (``Page title`` or ``KEY:Page title``), or None when
    there is no such page: the link then has the class ``link-missing`` and leads where ``missing`` says, if anywhere.
    Raises MarkupTooLarge.
    """
    _check_size(source)
    return clean_page(_PARSER.render(source, {"resolve": resolve, "missing": missing}))


def plain_text(source: str) -> str:
    """The words of a page without its marks, for search and excerpts. Raises MarkupTooLarge."""
    pieces: list[str] = []
    for token in _tokens(source):
        if token.type in {"text", "code_inline", "fence", "code_block"}:
            pieces.append(token.content)
        elif token.type in {"softbreak", "hardbreak"} or (token.block and token.nesting != 0):
            pieces.append("\n")
        elif token.type == "image":
            pieces.append(token.content)
    return re.sub(r"\n{2,}", "\n", "".join(pieces)).strip()


def wiki_links(source: str) -> tuple[str, ...]:
    """The targets of a page's wiki links in order, each once. Raises MarkupTooLarge."""
    return tuple(dict.fromkeys(token.meta["target"] for token in _tokens(source) if "target" in token.meta))


def _tokens(source: str) -> Iterator[Token]:
    """All tokens in order; block tokens, and the inline ones within them."""
    _check_size(source)
    for token in _PARSER.parse(source, {"resolve": _nowhere, "missing": _nowhere}):
        if token.type == "inline":
            yield from token.children or ()
        else:
            yield token


def _nowhere(_target: str) -> None:
    return None


def _check_size(source: str) -> None:
    if len(source) > MAX_SIZE or len(source.encode("utf-8", "replace")) > MAX_SIZE:
        raise MarkupTooLarge(f"A page can hold at most {MAX_SIZE // 1024} KB of text.")
    if source.count("[") > _MAX_BRACKETS:
        raise MarkupTooLarge(f"A page can hold at most {_MAX_BRACKETS:,} square brackets.")


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """Inline rule for ``[[target]]`` and ``[[target|shown text]]``."""
    if not state.src.startswith("[[", state.pos):
        return False
    end = state.src.find("]]", state.pos + 2, min(state.posMax, state.pos + _MAX_TARGET))
    inner = state.src[state.pos + 2 : end] if end != -1 else ""
    target, _, text = (part.strip() for part in inner.partition("|"))
    if not target or "[" in inner or "\n" in inner:
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.meta = {"target": target}
        url = state.env["resolve"](target)
        if url is None:
            opening.attrSet("class", "link-missing")
            url = state.env["missing"](target)
        if url is not None:
            opening.attrSet("href", url)
        state.push("text", "", 0).content = text or target
        state.push("link_close", "a", -1)
    state.pos = end + 2
    return True


def _heading_ids(state: StateCore) -> None:
    """Core rule: an id for each heading, ``section-`` before it so that it takes no other element's id."""
    used: set[str] = set()
    counts: dict[str, int] = {}
    for position, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        children = state.tokens[position + 1].children or []
        title = "".join(child.content for child in children if child.type in {"text", "code_inline"})
        slug = _NOT_IN_SLUG.sub("", title.lower()[:200]).strip().replace(" ", "-")[:80] or "heading"
        identifier = slug
        while identifier in used:
            counts[slug] = counts.get(slug, 1) + 1
            identifier = f"{slug}-{counts[slug]}"
        used.add(identifier)
        token.attrSet("id", f"section-{identifier}")


def _cell_alignment(state: StateCore) -> None:
    """Core rule: the alignment of table cells as an attribute, because no style passes the sanitiser."""
    for token in state.tokens:
        if token.type in {"td_open", "th_open"} and token.attrs:
            found = _ALIGN.fullmatch(str(token.attrs.pop("style", "")))
            if found:
                token.attrSet("align", found[1])


def _parser() -> MarkdownIt:
    options: dict[str, Any] = {"html": False, "tasklists": True, "maxNesting": 20}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.use(gfm_autolink_plugin)
    parser.use(footnote_plugin, inline=False)
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.core.ruler.push("heading_ids", _heading_ids)
    parser.core.ruler.push("cell_alignment", _cell_alignment)
    return parser


_PARSER = _parser()
