"""A theme as a value, read from its theme.toml; a broken one stops the start with file and line.

``theme.toml`` (contract 1)::

    id = "default"            # the folder's name
    name = "Default"
    description = "…"
    contract = 1

    [regions.space-tools]     # a place that the theme's templates draw with nav("space-tools")
    label = "Space tools"
    path = ["Space tools"]    # optional: the words that lead to it, for help texts; the label if absent
    sections = [{ id = "overview", label = "Overview", takes = ["overview"] }]

    [placements]              # single entries that stand elsewhere than their section: item = "region.section"
    "mail.archive" = "browse.content"

    [[settings]]              # optional: what a space's administrator may set for the theme
    name = "header_text"
    kind = "markup"           # markup or switch
    label = "Header text"
    hint = "…"
    default = ""
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

CONTRACT = 1
SETTING_KINDS = {"markup": str, "switch": bool}


class ThemeError(Exception):
    """A theme cannot be used; the message begins with file and line."""


@dataclass(frozen=True)
class RegionSection:
    """A group of entries in a region; ``takes`` are the navigation sections that stand in it."""

    id: str
    label: str
    takes: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A place of the theme's layout where entries are drawn."""

    id: str
    label: str
    path: tuple[str, ...]
    sections: tuple[RegionSection, ...]


@dataclass(frozen=True)
class ThemeSetting:
    """Something a space's administrator may set for the theme."""

    name: str
    kind: str
    label: str
    hint: str
    default: str | bool


@dataclass(frozen=True)
class Theme:
    """A folder of layout, navigation templates and static files, with what its theme.toml says."""

    id: str
    name: str
    description: str
    folder: Path
    regions: Mapping[str, Region]
    placements: Mapping[str, tuple[str, str]]
    settings: tuple[ThemeSetting, ...]


def load_themes(folder: Path) -> dict[str, Theme]:
    """Read every theme of the folder. Raises ThemeError."""
    found = {path.parent.name: _Reader(path).theme() for path in sorted(folder.glob("*/theme.toml"))}
    if not found:
        raise ThemeError(f"{folder}: no theme here has a theme.toml.")
    return found


class _Reader:
    """Reads one theme.toml and knows the line to blame."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._text = path.read_text(encoding="utf-8")
            self._data = tomllib.loads(self._text)
        except UnicodeDecodeError as error:
            raise ThemeError(f"{path}:1: not UTF-8 text.") from error
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            last = self._text.count("\n") + 1
            raise ThemeError(f"{path}:{line.group(1) if line else last}: {error}.") from error

    def theme(self) -> Theme:
        data = self._data
        if data.get("contract") != CONTRACT:
            self._refuse("contract", f"contract must be {CONTRACT}")
        if data.get("id") != self._path.parent.name:
            self._refuse("id", f"id must be the folder's name, {self._path.parent.name!r}")
        regions = {
            region_id: self._region(region_id, table)
            for region_id, table in self._table(data, "regions").items()
            if self._is_table(region_id, table)
        }
        for needed in ("layout.html", "space_admin.html"):
            if not (self._path.parent / "templates" / needed).exists():
                self._refuse("id", f"the theme has no templates/{needed}")
        return Theme(
            id=self._text_of(data, "id"),
            name=self._text_of(data, "name"),
            description=self._text_of(data, "description"),
            folder=self._path.parent,
            regions=regions,
            placements={
                item: self._placement(item, place, regions) for item, place in self._table(data, "placements").items()
            },
            settings=tuple(self._setting(table) for table in data.get("settings", [])),
        )

    def _region(self, region_id: str, table: Mapping[str, Any]) -> Region:
        sections = table.get("sections")
        if not isinstance(sections, list) or not sections:
            self._refuse(region_id, f"region {region_id!r} needs a list of sections")
        label = self._text_of(table, "label", f"regions.{region_id}")
        path = table.get("path", [label])
        if not isinstance(path, list) or not all(isinstance(step, str) for step in path):
            self._refuse("path", f"path of region {region_id!r} must be a list of texts")
        return Region(region_id, label, tuple(path), tuple(self._section(region_id, each) for each in sections))

    def _section(self, region_id: str, table: object) -> RegionSection:
        if not isinstance(table, dict):
            self._refuse(region_id, f"the sections of {region_id!r} must be tables")
        takes = table.get("takes", [])
        if not isinstance(takes, list) or not all(isinstance(name, str) for name in takes):
            self._refuse(region_id, f"takes, in {region_id!r}, must be a list of texts")
        return RegionSection(self._text_of(table, "id"), self._text_of(table, "label"), tuple(takes))

    def _placement(self, item: str, place: object, regions: Mapping[str, Region]) -> tuple[str, str]:
        region_id, _, section_id = str(place).partition(".")
        region = regions.get(region_id)
        if region is None or section_id not in {section.id for section in region.sections}:
            self._refuse(item, f"{item!r} is placed in {place!r}, which is no region.section of this theme")
        return region_id, section_id

    def _setting(self, table: Mapping[str, Any]) -> ThemeSetting:
        kind = self._text_of(table, "kind")
        default = table.get("default")
        if kind not in SETTING_KINDS:
            self._refuse("kind", f"kind must be one of {', '.join(sorted(SETTING_KINDS))}")
        if not isinstance(default, str | bool) or not isinstance(default, SETTING_KINDS[kind]):
            self._refuse(
                "default", f"the default of a {kind} must be {'true or false' if kind == 'switch' else 'text'}"
            )
        return ThemeSetting(
            self._text_of(table, "name"), kind, self._text_of(table, "label"), str(table.get("hint", "")), default
        )

    def _table(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = data.get(name, {})
        if not isinstance(table, dict):
            self._refuse(name, f"{name} must be a table")
        return table

    def _is_table(self, name: str, value: object) -> bool:
        if not isinstance(value, dict):
            self._refuse(name, f"{name} must be a table")
        return True

    def _text_of(self, data: Mapping[str, Any], name: str, place: str = "") -> str:
        value = data.get(name)
        if not isinstance(value, str):
            self._refuse(place or name, f"{name} must be a text")
        return value

    def _refuse(self, key: str, sentence: str) -> NoReturn:
        """Blame the line that sets the key or opens its table; failing that, the first that names it."""
        lines = [line.split("#")[0] for line in self._text.splitlines()]
        sets = re.compile(rf'(\[.*\b|^\s*"?){re.escape(key.rpartition(".")[2] or key)}"?\s*(=|\.|\])')
        numbers = [number for number, line in enumerate(lines, 1) if sets.search(line)]
        numbers += [number for number, line in enumerate(lines, 1) if key in line]
        raise ThemeError(f"{self._path}:{numbers[0] if numbers else 1}: {sentence}.")
