"""Links in text: addresses that people write bare, and ``[[Page title]]``. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

# Bounded everywhere: "a" a million times is no address, and must not be tried from each of its letters.
_ADDRESS = re.compile(
    r"""(?P<url>\b(?:https?://|www\.\w)[^\s<>"]{1,2000})|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})""",
    re.IGNORECASE,
)
_SPACE_KEY = re.compile(r"(~?[A-Za-z0-9._-]{1,255}):\s*(.+)")


@dataclass(frozen=True)
class Stretch:
    """A piece of text; ``url`` is where it leads, '' when it is no address."""

    text: str
    url: str = ""


def stretches(text: str) -> Iterator[Stretch]:
    """The text cut at its addresses (http, https, www, mail); nothing is lost or escaped."""
    end = 0
    for found in _ADDRESS.finditer(text):
        address = _without_punctuation(found[0])
        if end < found.start():
            yield Stretch(text[end : found.start()])
        if found["mail"]:
            yield Stretch(address, f"mailto:{address}")
        else:
            yield Stretch(address, f"http://{address}" if address[:4].lower() == "www." else address)
        end = found.start() + len(address)
    if end < len(text):
        yield Stretch(text[end:])


def html_with_links(text: str) -> str:
    """The text as HTML, escaped, its addresses as links that give nothing away."""
    return "".join(_as_html(stretch) for stretch in stretches(text))


def split_target(target: str) -> tuple[str, str]:
    """``KEY:Page title`` as space key and title; the key is '' when there is none.

    Whether what stands before the colon is a space is for the caller to find out: titles have colons, too.
    """
    found = _SPACE_KEY.fullmatch(target.strip())
    return (found[1], found[2].strip()) if found else ("", target.strip())


def _as_html(stretch: Stretch) -> str:
    text = escape(stretch.text)
    if not stretch.url:
        return text
    return f'<a href="{escape(stretch.url)}" target="_blank" rel="noopener noreferrer nofollow">{text}</a>'


def _without_punctuation(address: str) -> str:
    """Punctuation behind an address belongs to the sentence, a bracket to whatever opened it."""
    while address and address[-1] in ".,;:!?'*_)]}>\"\u2019\u201d":
        closing = address[-1]
        opening = {")": "(", "]": "[", "}": "{"}.get(closing)
        if opening and address.count(opening) >= address.count(closing):
            break
        address = address[:-1]
    return address
