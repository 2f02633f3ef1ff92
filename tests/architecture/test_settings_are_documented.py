"""Every setting has its line in docs/settings.md, and every line its setting."""

from __future__ import annotations

import re
from pathlib import Path

from wiki import rooms

PROJECT = Path(__file__).resolve().parents[2]


def documented(pattern: str) -> set[str]:
    return set(re.findall(rf"^\| `({pattern})` \|", (PROJECT / "docs/settings.md").read_text(encoding="utf-8"), re.M))


def test_every_variable_that_config_reads_is_documented() -> None:
    read = set(re.findall(r'"(POSTROOM_[A-Z_]+)"', (PROJECT / "config.py").read_text(encoding="utf-8")))
    assert read == documented(r"POSTROOM_[A-Z_]+")


def test_every_administrators_setting_is_documented() -> None:
    assert {setting.name for setting in rooms.SETTINGS} == documented(r"[a-z]+\.[a-z_]+")


def test_every_dependency_has_its_reason() -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = set(re.findall(r'^  "([A-Za-z0-9-]+)>=', text, re.M))
    reasons = (PROJECT / "docs/dependencies.md").read_text(encoding="utf-8")
    assert [name for name in sorted(wanted) if name not in reasons] == []
