"""Icons decorate; they never speak, and they bring no style of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lucide import IconDoesNotExist

from wiki.web.icons import icon

PROJECT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r'\bicon\("([a-z0-9-]+)"\)|\bicon(?:_name)?="([a-z0-9-]+)"')
TEMPLATES = [*(PROJECT / "wiki").rglob("templates/**/*.html"), *(PROJECT / "themes").rglob("*.html")]
CODE = [*(PROJECT / "wiki").rglob("nav.py")]


def test_an_icon_is_hidden_from_assistive_technology_and_sized_by_the_style_sheet() -> None:
    drawn = icon("paperclip")
    assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><')
    assert drawn.endswith("</svg>")
    assert "width=" not in drawn.split(">", 1)[0]


def test_an_unknown_icon_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(IconDoesNotExist):
        icon("no-such-thing")


@pytest.mark.parametrize("path", [*TEMPLATES, *CODE], ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_icon_that_is_named_exists(path: Path) -> None:
    for names in NAMED.findall(path.read_text(encoding="utf-8")):
        name = next(filter(None, names))
        assert icon(name), name
