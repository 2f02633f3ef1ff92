"""The themes as a person chooses among them: name, description and a small picture."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.web.static_files import theme_static_url
from wiki.web.theme import Theme
from wiki.web.theming import themes

PICTURES = ("img/preview.svg", "img/preview.png", "preview.svg", "preview.png")


@dataclass(frozen=True)
class ThemeChoice:
    """One theme; ``picture`` is an address, None where the theme has no picture of itself."""

    id: str
    name: str
    description: str
    picture: str | None


def choices() -> dict[str, ThemeChoice]:
    """All themes, by id."""
    return {
        theme.id: ThemeChoice(theme.id, theme.name, theme.description, _picture(theme)) for theme in themes().values()
    }


def for_field() -> dict[str, str]:
    """The themes as the choices of a form field."""
    return {theme.id: theme.name for theme in themes().values()}


def _picture(theme: Theme) -> str | None:
    there = (name for name in PICTURES if (theme.folder / "static" / name).is_file())
    name = next(there, None)
    return theme_static_url(theme.id, name) if name else None
