"""Every row has a test, every test a row, and docs/failures.md says the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.failures.rows import ROWS

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "failures.md"
_LINE = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| (.+?) \|$", re.MULTILINE)


def shown() -> Iterator[tuple[str, str, str]]:
    """File, test and row, for each row that a test of this folder says it shows."""
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            calls = [each for each in node.decorator_list if isinstance(each, ast.Call)]
            rows = [each.args for each in calls if isinstance(each.func, ast.Name) and each.func.id == "shows"]
            assert rows or path.name == Path(__file__).name, f"{node.name} shows no row"
            for row in rows[0] if rows else ():
                assert isinstance(row, ast.Constant)
                yield path.name, node.name, str(row.value)


def listed() -> dict[str, list[str]]:
    """The tests that docs/failures.md names, by row, as ``file::test``."""
    lines = _LINE.findall(PAGE.read_text(encoding="utf-8"))
    return {row: re.findall(r"`([\w.]+::\w+)`", tests) for row, _, tests in lines if row in ROWS}


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    assert {row for _, _, row in shown()} == set(ROWS)


def test_the_page_has_every_row_in_order_and_names_tests_that_show_it() -> None:
    there = {(f"{file}::{test}", row) for file, test, row in shown()}
    assert list(listed()) == list(ROWS)
    for row, tests in listed().items():
        assert tests, row
        assert {(test, row) for test in tests} <= there


def test_the_page_has_no_row_that_nobody_knows() -> None:
    rows = [row for row, *_ in _LINE.findall(PAGE.read_text(encoding="utf-8"))]
    assert set(rows) - set(ROWS) == {"What goes wrong", "---"}
