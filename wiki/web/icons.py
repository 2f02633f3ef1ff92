"""Icons of the Lucide set as inline SVG, drawn once each and kept.

They are decoration: hidden from assistive technology, as tall as the text beside them (``.icon`` in base.css), and
coloured by it. This file may not know where an icon stands.
"""

from __future__ import annotations

from functools import lru_cache

from lucide.jinja import lucide
from markupsafe import Markup


@lru_cache(maxsize=512)
def icon(name: str) -> Markup:
    """The SVG of a Lucide icon such as ``paperclip``. Raises lucide.IconDoesNotExist."""
    # Width and height are left out: the style sheet sizes icons in em, so that they grow with the text.
    drawn = lucide(name, size=None, **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    return Markup(drawn.replace(' width="24" height="24"', "").replace("\n", ""))  # noqa: S704 - Lucide's own SVG
