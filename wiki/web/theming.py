"""Drawing pages in the right theme: one Jinja overlay a theme, each with its own template cache.

A single environment whose loader picks the theme per request would serve one theme's layout out of the cache to
the other. Precedence: the space's theme, then the site's. Core layouts (sign-in, errors, administration) come
from ``wiki/web/templates`` in every theme, so that a broken theme locks nobody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app, g
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader

from wiki import settings
from wiki.web.theme import Theme, load_themes

EXTENSION = "postroom.theming"
FALLBACK = "default"


@dataclass(frozen=True)
class Theming:
    """The themes, an environment for each, and what rooms add to the context of every page."""

    themes: Mapping[str, Theme]
    environments: Mapping[str, Environment]


def install(app: Flask, folder: Path, rooms: Iterable[Path]) -> None:
    """Load the themes and build their environments over the rooms' template folders. Raises ThemeError."""
    found = load_themes(folder)
    core = [FileSystemLoader(path) for path in (Path(__file__).parent / "templates", *rooms)]
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    environments = {
        theme.id: app.jinja_env.overlay(loader=_loader(theme, found, core), cache_size=400) for theme in found.values()
    }
    app.extensions[EXTENSION] = Theming(found, environments)


def themes() -> Mapping[str, Theme]:
    """All themes, by id."""
    return _theming().themes


def active_theme() -> Theme:
    """The theme of the space in view, or of the site."""
    for wanted in (g.get("space_theme"), settings.get_str("site.theme"), FALLBACK):
        if wanted in themes():
            return themes()[wanted]
    return next(iter(themes().values()))


def render(template: str, **context: object) -> str:
    """Draw a template in the active theme, with the context of every page."""
    drawn = _theming().environments[active_theme().id].get_template(template)
    current_app.update_template_context(context)
    return drawn.render(context)


def _theming() -> Theming:
    found: Theming = current_app.extensions[EXTENSION]
    return found


def _loader(theme: Theme, found: Mapping[str, Theme], core: Iterable[BaseLoader]) -> BaseLoader:
    """The theme, then core and rooms; ``<id>/…`` names another theme's original, so that an override may extend it."""
    originals: dict[str, BaseLoader] = {
        other.id: FileSystemLoader(other.folder / "templates") for other in found.values()
    }
    return ChoiceLoader([originals[theme.id], *core, PrefixLoader(originals)])
