"""What sanitised HTML must never hold; found by parsing it as a browser would, not by looking for words."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

_ACTIVE = """
    script style iframe frame frameset object embed applet link meta base form button textarea select svg math video
    audio source track template noscript canvas dialog marquee portal xml
"""
ACTIVE = frozenset(_ACTIVE.split())
LOADING = {"src", "srcset", "background", "poster", "data", "action", "formaction", "ping", "lowsrc", "dynsrc"}


def parsed_html(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def assert_harmless(html: str, *, own_addresses: tuple[str, ...] = ()) -> None:
    """No script, no handler, no active address, no style, nothing loaded but from ``own_addresses``."""
    body = parsed_html(html).body
    assert body is not None
    for node in body.traverse(include_text=False):
        tag = node.tag or ""
        assert tag not in ACTIVE, (tag, html)
        assert not tag.startswith("-"), (tag, html)
        for name, value in node.attributes.items():
            address = (value or "").strip().lower()
            assert not name.startswith("on"), (name, html)
            assert name not in {"style", "srcdoc"}, (name, html)
            if name in LOADING:
                assert name == "src", (name, html)
                assert address.startswith(own_addresses), (value, html)
            if name in {"href", "xlink:href"}:
                assert address.startswith(("http://", "https://", "mailto:", "/", "#")), (value, html)
