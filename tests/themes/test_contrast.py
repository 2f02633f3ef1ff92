"""Whoever reads, in either theme, by day or by night, can tell the letters from the paper (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOKENS = PROJECT / "wiki" / "web" / "static" / "css" / "tokens.css"
THEMES = {
    "default": [TOKENS],
    "documentation": [TOKENS, PROJECT / "themes" / "documentation" / "static" / "css" / "theme.css"],
}
GROUNDS = ("canvas", "surface", "raised", "sunken")
LETTERS = ("ink", "ink-soft", "ink-faint", "accent", "accent-strong", "danger", "success", "warning", "info")
ON_COLOUR = (
    *((letter, "accent-soft") for letter in ("ink", "ink-soft", "ink-faint", "accent", "accent-strong")),
    *((kind, f"{kind}-soft") for kind in ("success", "warning", "danger", "info")),
    *(("ink", f"{kind}-soft") for kind in ("success", "warning", "danger", "info")),
    *(("on-disc", f"disc-{number}") for number in range(8)),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger-fill"),
    ("ink", "mark"),
    ("ink", "selection"),
)
TEXT_PAIRS = (*((letter, ground) for letter in LETTERS for ground in GROUNDS), *ON_COLOUR)
EDGE_PAIRS = (*((edge, ground) for edge in ("line-strong", "focus") for ground in GROUNDS), ("focus", "accent-soft"))


def colours(theme: str, scheme: str) -> dict[str, str]:
    """Every colour token of a theme in one scheme, as #rrggbb."""
    found: dict[str, str] = {}
    for path in THEMES[theme]:
        for name, light, dark in re.findall(
            r"--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)", path.read_text(encoding="utf-8")
        ):
            found[name] = light if scheme == "light" else dark
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_text_can_be_read_on_every_ground_that_it_stands_on(theme: str, scheme: str) -> None:
    found = colours(theme, scheme)
    weak = {pair: round(ratio(found[pair[0]], found[pair[1]]), 2) for pair in TEXT_PAIRS}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_edges_of_fields_and_the_focus_can_be_seen(theme: str, scheme: str) -> None:
    found = colours(theme, scheme)
    weak = {pair: round(ratio(found[pair[0]], found[pair[1]]), 2) for pair in EDGE_PAIRS}
    assert {pair: value for pair, value in weak.items() if value < 3} == {}


def test_black_on_white_has_the_ratio_that_wcag_gives() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
