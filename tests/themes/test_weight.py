"""Pages come quickly: what every reader loads stays small, and comes from this site alone."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
STATIC = PROJECT / "wiki" / "web" / "static"
MOST_STYLE = 25 * 1024
MOST_SCRIPT = 10 * 1024


def compressed(paths: list[Path]) -> int:
    """Bytes that travel when each file is compressed by itself, as the server does."""
    assert paths
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


@pytest.mark.parametrize("theme", ["default", "documentation"])
def test_the_style_sheets_of_a_page_stay_under_25_kilobytes(theme: str) -> None:
    sheets = [*STATIC.glob("css/*.css"), *(PROJECT / "themes" / theme / "static").rglob("*.css")]
    assert compressed(sheets) <= MOST_STYLE


def test_the_scripts_stay_under_10_kilobytes() -> None:
    assert compressed(list(STATIC.glob("js/*.js"))) <= MOST_SCRIPT


def test_scripts_stand_alone_since_an_import_would_not_know_the_hash_in_the_address() -> None:
    for script in STATIC.glob("js/*.js"):
        assert not re.search(r"^import\b|\bimport\(", script.read_text(encoding="utf-8"), re.MULTILINE), script.name


def test_styles_and_scripts_ask_no_other_site_for_anything() -> None:
    for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js"), *(PROJECT / "themes").rglob("*.css")]:
        assert not re.search(r"(https?:)?//[\w-]+\.", path.read_text(encoding="utf-8")), path.name


def test_every_style_sheet_and_script_that_a_page_asks_for_exists() -> None:
    document = (PROJECT / "wiki" / "web" / "templates" / "core" / "document.html").read_text(encoding="utf-8")
    listed = re.findall(r'for name in \(([^)]*)\).*?static_url\("(css|js)/"', document, re.DOTALL)
    assert {folder for _, folder in listed} == {"css", "js"}
    for names, folder in listed:
        for name in re.findall(r'"([\w-]+)"', names):
            assert (STATIC / folder / f"{name}.{folder}").is_file(), name


def test_the_lock_of_the_fonts_names_no_registry_and_holds_a_hash_for_each_package() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name
