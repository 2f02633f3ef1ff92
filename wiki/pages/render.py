"""A page's Markdown as safe HTML, its links resolved within the reader's rights."""

from __future__ import annotations

from flask import url_for
from markupsafe import Markup

from wiki.pages.links import addresses
from wiki.pages.titles import LONGEST
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.richtext import markdown
from wiki.spaces.models import Space


def html(actor: Actor, space: Space, source: str) -> Markup:
    """The text as the actor may see it in the space.

    A link to a page that does not exist leads those who may write it to its form. What is more than is rendered
    comes as it was written, with a sentence on why.
    """
    known = addresses(actor, space, source)
    may_write = can(actor, Permission.PAGE_ADD, space.id)

    def missing(target: str) -> str | None:
        return url_for("pages.new", key=space.key, title=target[:LONGEST]) if may_write else None

    try:
        made = markdown.render(source, known.get, missing)
    except markdown.MarkupTooLarge as refusal:
        return Markup("<p>{}</p><pre>{}</pre>").format(str(refusal), source)
    return Markup(made)  # noqa: S704 - what richtext makes is sanitised


def plain(source: str) -> str:
    """The words of a page, for search; of one that is more than is rendered, with its marks."""
    try:
        return markdown.plain_text(source)
    except markdown.MarkupTooLarge:
        return source
