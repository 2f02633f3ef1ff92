"""A broken theme.toml stops the start and says where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wiki.web.theme import ThemeError, load_themes

THEMES = Path(__file__).resolve().parents[2] / "themes"


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    shutil.copytree(THEMES / "default", tmp_path / "default")
    return tmp_path / "default" / "theme.toml"


def test_both_themes_load() -> None:
    assert set(load_themes(THEMES)) == {"default", "documentation"}


def test_a_syntax_error_is_named_with_file_and_line(theme: Path) -> None:
    theme.write_text('id = "default"\nname = \n', encoding="utf-8")
    with pytest.raises(ThemeError, match=r"default/theme\.toml:2: "):
        load_themes(theme.parents[1])


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("contract = 1", "contract = 9", "contract"),
        ('id = "default"', 'id = "other"', "id"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(theme: Path, old: str, new: str, word: str) -> None:
    text = theme.read_text(encoding="utf-8")
    assert old in text
    theme.write_text(text.replace(old, new), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(ThemeError, match=rf"theme\.toml:{line}: {word}"):
        load_themes(theme.parents[1])


def test_an_entry_placed_nowhere_is_named(theme: Path) -> None:
    text = theme.read_text(encoding="utf-8")
    extra = '"mail.archive" = "nowhere.at-all"\n'
    text = (
        text.replace("[placements]\n", "[placements]\n" + extra)
        if "[placements]" in text
        else (text + "\n[placements]\n" + extra)
    )
    theme.write_text(text, encoding="utf-8")
    with pytest.raises(ThemeError, match=r"theme\.toml:\d+: 'mail\.archive' is placed in 'nowhere\.at-all'"):
        load_themes(theme.parents[1])
