"""Where ``[[Title]]`` and ``[[KEY:Title]]`` lead, for one reader: to living pages of spaces that the reader sees."""

from __future__ import annotations

import re

from wiki.pages import queries
from wiki.pages.access import page_url
from wiki.pages.titles import fold
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.richtext.links import split_target
from wiki.spaces import queries as spaces
from wiki.spaces.models import Space

# The target of a link, before any "|words to show".
TARGET = re.compile(r"\[\[([^\[\]|\n]{1,520})")
MOST_LINKS = 1_000
MOST_SPACES = 20


def addresses(actor: Actor, space: Space, source: str) -> dict[str, str]:
    """The address of each link target in a text, by the target; targets that lead nowhere are left out.

    One query for a space, however many links there are; links beyond a thousand stay text.
    """
    targets = list(dict.fromkeys(target.strip() for target in TARGET.findall(source)))[:MOST_LINKS]
    found = _in_space(space, {target: target for target in targets})
    elsewhere: dict[str, dict[str, str]] = {}
    for target in targets:
        key, title = split_target(target)
        if key and target not in found:
            elsewhere.setdefault(key.casefold(), {})[target] = title
    for key in list(elsewhere)[:MOST_SPACES]:
        other = spaces.by_key(key)
        if other is not None and can(actor, Permission.SPACE_VIEW, other.id):
            found |= _in_space(other, elsewhere[key])
    return found


def _in_space(space: Space, titles: dict[str, str]) -> dict[str, str]:
    """The addresses of the pages of one space; ``titles`` gives the title that each target names."""
    pages = queries.by_titles(space.id, titles.values())
    linked = {target: pages.get(fold(title)) for target, title in titles.items()}
    return {target: page_url(space.key, page.id, page.title) for target, page in linked.items() if page is not None}
