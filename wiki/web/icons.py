"""Icons of the Lucide set as inline SVG, drawn once each and kept.

They are decoration: hidden from assistive technology, as tall as the text beside them (``.icon`` in base.css), and
coloured by it. This file may not know where an icon stands.
"""

from __future__ import annotations

from functools import lru_cache

from lucide.jinja import lucide
from markupsafe import Markup

# The style sheet draws every icon alike (``.icon``), so the SVG carries only its shapes.
_OPENING = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">'


@lru_cache(maxsize=512)
def icon(name: str) -> Markup:
    """The SVG of a Lucide icon such as ``paperclip``. Raises lucide.IconDoesNotExist."""
    shapes = "".join(line.strip() for line in lucide(name, size=None).splitlines()[1:])
    return Markup(_OPENING + shapes.replace(" />", "/>"))  # noqa: S704 - Lucide's own SVG
