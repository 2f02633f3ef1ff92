"""Icons as inline SVG, from the lucide set."""

from __future__ import annotations

from markupsafe import Markup


def icon(name: str) -> Markup:
    """Draw the icon of that name; decorative."""
    return Markup('<svg class="icon" data-icon="{}" aria-hidden="true"></svg>').format(name)
