"""Comparing two texts."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wiki.pages.compare import MOST_LINES_SHOWN, Comparison, Line, LineKind, compare

LETTERS = some.text(alphabet="ab \n", max_size=60)


def texts(lines: tuple[Line, ...], *kinds: LineKind) -> list[str]:
    return ["".join(piece.text for piece in line.pieces) for line in lines if line.kind in kinds]


def marked(comparison: Comparison, kind: LineKind) -> list[str]:
    return [piece.text for line in comparison.lines if line.kind == kind for piece in line.pieces if piece.is_changed]


def test_the_changed_words_are_marked() -> None:
    found = compare("Two logs.\nOne rope.", "Two logs.\nOne long rope!")
    assert texts(found.lines, LineKind.REMOVED) == ["One rope."]
    assert texts(found.lines, LineKind.ADDED) == ["One long rope!"]
    assert "".join(marked(found, LineKind.ADDED)).replace(" ", "") == "long!"
    assert marked(found, LineKind.REMOVED) == ["."]


def test_unchanged_lines_far_from_a_change_are_left_out() -> None:
    before = [f"line {number}" for number in range(40)]
    after = [*before[:20], "new", *before[20:]]
    found = compare("\n".join(before), "\n".join(after))
    kinds = [line.kind for line in found.lines]
    assert kinds == [LineKind.GAP, *[LineKind.SAME] * 3, LineKind.ADDED, *[LineKind.SAME] * 3, LineKind.GAP]
    assert [(line.old, line.new) for line in found.lines if line.kind == LineKind.SAME][3] == (21, 22)


def test_the_same_text_has_no_lines() -> None:
    assert compare("a\nb", "a\nb").is_empty
    assert compare("", "").is_empty


def test_from_nothing_everything_is_added() -> None:
    assert texts(compare("", "a\nb").lines, LineKind.ADDED) == ["a", "b"]


def test_quite_different_lines_are_not_marked_letter_by_letter() -> None:
    found = compare("Bring oars and rope.", "The lock closes at noon")
    assert marked(found, LineKind.ADDED) == []


@given(before=LETTERS, after=LETTERS)
def test_every_line_of_both_texts_is_told(before: str, after: str) -> None:
    found = compare(before, after)
    removed, added = texts(found.lines, LineKind.REMOVED), texts(found.lines, LineKind.ADDED)
    old, new = before.splitlines(), after.splitlines()
    for number, line in enumerate(old, 1):
        if line not in new:
            assert line in removed, number
    for line in new:
        if line not in old:
            assert line in added
    assert len(new) - len(old) == len(added) - len(removed)


@pytest.mark.parametrize("shape", ["few letters", "interleaved", "reversed", "long lines", "many words"])
def test_no_two_texts_take_long(shape: str) -> None:
    dice = random.Random(7)
    if shape == "few letters":
        before = "\n".join(dice.choice("ab") for _ in range(50_000))
        after = "\n".join(dice.choice("ab") for _ in range(50_000))
    elif shape == "interleaved":
        before = "\n".join(f"x{number}" for number in range(3_000))
        after = "\n".join(f"x{number}\ny{number}" for number in range(3_000))
    elif shape == "reversed":
        before = "\n".join(map(str, range(40_000)))
        after = "\n".join(map(str, range(40_000, 0, -1)))
    elif shape == "long lines":
        before, after = "a b " * 120_000, "b a " * 120_000
    else:
        before = "\n".join(" ".join(dice.choice("ab") for _ in range(190)) for _ in range(1_000))
        after = "\n".join(" ".join(dice.choice("ab") for _ in range(190)) for _ in range(1_000))
    began = time.perf_counter()
    found = compare(before, after)
    assert time.perf_counter() - began < 5
    assert len(found.lines) <= MOST_LINES_SHOWN


def test_what_does_not_fit_is_counted() -> None:
    before = [f"{'old' if number % 8 == 0 else 'same'} {number}" for number in range(2_900)]
    after = [line.replace("old", "new") for line in before]
    found = compare("\n".join(before), "\n".join(after))
    changed = [line for line in found.lines if line.kind in {LineKind.ADDED, LineKind.REMOVED}]
    assert len(found.lines) <= MOST_LINES_SHOWN + 7
    assert found.left_out + len(changed) == 2 * sum(line.startswith("old") for line in before)
