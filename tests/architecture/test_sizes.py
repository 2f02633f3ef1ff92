"""No room grows too large to know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("wiki", "bench", "demo", "tools", "themes", "tests", "migrations/env.py", "config.py", "wsgi.py")
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 50


def python_files() -> Iterator[Path]:
    for name in OURS:
        path = PROJECT / name
        yield from [path] if path.is_file() else path.rglob("*.py")


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in [*python_files(), *styles_and_scripts()]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES_IN_A_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_LINES_IN_A_FUNCTION:
                    long[f"{path.relative_to(PROJECT)}:{node.name}"] = lines
    assert long == {}


def styles_and_scripts() -> Iterator[Path]:
    for folder in ("wiki", "themes"):
        for ending in ("*.css", "*.js", "*.html"):
            yield from (PROJECT / folder).rglob(ending)
