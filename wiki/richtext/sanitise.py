"""The two allow-lists, and the only calls of nh3: what HTML of pages and of mail may keep. Pure.

What is not listed goes, its text stays. Nothing here allows style, svg, math, forms or scripts. Mail is drawn in a
sandboxed frame all the same: a sanitiser alone is not a boundary.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from wiki.richtext.elements import names

SANITISER_VERSION = 2
"""Grows when an allow-list changes; stored sanitised HTML of a lower version is made anew."""

_SCHEMES = {"http", "https", "mailto"}
_TEXT = names(
    "a abbr b blockquote br caption cite code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "ol p pre q s samp small span strong sub sup table tbody td tfoot th thead tr u ul var"
)
_MAIL_TAGS = set(_TEXT | {"big", "center", "font", "strike", "tt", "wbr"})
_PAGE_TAGS = set(_TEXT | {"input", "section"})
# Elements that go with all that is in them.
_CONTENT_GOES = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "textarea",
    "select",
}
_CELL = {"colspan", "rowspan"}
_ALIGNMENTS = {"align": {"left", "right", "center"}}
_MAIL_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "ol": {"start"},
}
# By these names, and no others, mailers mark what they quote; they mean nothing to a style of ours.
_QUOTE_CLASSES = {"gmail_quote", "yahoo_quoted", "moz-cite-prefix"}
_MAIL_CLASSES = {"div": _QUOTE_CLASSES, "blockquote": _QUOTE_CLASSES}
_MAIL_VALUES: dict[str, dict[str, set[str]]] = {
    "td": _ALIGNMENTS,
    "th": _ALIGNMENTS,
    "p": _ALIGNMENTS,
    "div": _ALIGNMENTS | {"id": {"divRplyFwdMsg", "appendonsend"}},
    "hr": {"id": {"stopSpelling"}},
    "span": {"id": {"OLK_SRC_BODY_SECTION"}},
    "blockquote": {"type": {"cite"}},
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PAGE_ATTRIBUTES = {
    "a": {"href", "title", "id"},
    "code": {"class"},
    "img": {"src", "alt", "title"},
    "input": {"checked", "disabled"},
    "li": {"id"},
    "ol": {"start"},
    **{heading: {"id"} for heading in _HEADINGS},
}
_PAGE_CLASSES = {
    "a": {"footnote-backref", "heading-anchor", "link-missing"},
    "hr": {"footnotes-sep"},
    "input": {"task-list-item-checkbox"},
    "li": {"footnote-item", "task-list-item"},
    "ol": {"footnotes-list"},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
    "ul": {"contains-task-list"},
}
_NUMBER = re.compile(r"[0-9]{1,4}")
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}")
# Only ids of our own renderer, so that no page can take the id of something in the layout.
_PAGE_ID = re.compile(r"(?:section-[\w-]{1,200}|fn(?:ref)?[\w:-]{1,20})")
_URL_NOISE = re.compile(r"[\t\r\n\0]")  # what browsers drop from addresses


def clean_page(html: str) -> str:
    """The HTML of a rendered page; relative addresses stay, because they lead into the wiki."""
    return _PAGE_CLEANER.clean(html)


def clean_mail(html: str, image: Callable[[str], str | None]) -> str:
    """The HTML of a mail. ``image`` gives for the address of each image the one to draw, or None for no image.

    ``html`` must have passed :func:`wiki.richtext.taming.tame`; the addresses that ``image`` gives are trusted.
    """

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return image(_address(value))
        return _mail_attribute(attribute, value)

    return nh3.clean(
        html,
        tags=_MAIL_TAGS,
        clean_content_tags=_CONTENT_GOES,
        attributes=_MAIL_ATTRIBUTES,
        attribute_filter=keep,
        tag_attribute_values=_MAIL_VALUES,
        allowed_classes=_MAIL_CLASSES,
        # One for each element: of two, nh3 decides the order by chance, and the same mail gives two documents.
        set_tag_attribute_values={
            "a": {"target": "_blank"},
            "img": {"referrerpolicy": "no-referrer"},
        },
        url_schemes=_SCHEMES | {"cid"},
        link_rel="noopener noreferrer nofollow",
    )


def _mail_attribute(attribute: str, value: str) -> str | None:
    if attribute == "href":
        address = _address(value)
        return address if address.lower().startswith(("http://", "https://", "mailto:")) else None
    if attribute in {"width", "height", "colspan", "rowspan", "start"}:
        return value if _NUMBER.fullmatch(value) else None
    return value


def _page_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "id":
        return value if _PAGE_ID.fullmatch(value) else None
    if tag == "code" and attribute == "class":
        return value if _LANGUAGE.fullmatch(value) else None
    if attribute in {"href", "src"}:
        # A browser reads "/\host" and "//host" as another site; the wiki's own addresses never look so.
        address = _address(value)
        return None if address.replace("\\", "/").startswith("//") else address
    return value


def _address(value: str) -> str:
    return _URL_NOISE.sub("", value).strip()


_PAGE_CLEANER = nh3.Cleaner(
    tags=_PAGE_TAGS,
    clean_content_tags=_CONTENT_GOES,
    attributes=_PAGE_ATTRIBUTES,
    attribute_filter=_page_attribute,
    tag_attribute_values={"td": _ALIGNMENTS, "th": _ALIGNMENTS, "input": {"type": {"checkbox"}}},
    allowed_classes=_PAGE_CLASSES,
    url_schemes=_SCHEMES,
    link_rel="noopener",
)
