"""Titles and the words in addresses."""

from __future__ import annotations

import pytest

from wiki.pages import titles


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The crew", "the-crew"),
        ("  Knots & hitches! ", "knots-hitches"),
        ("Žluťoučký kůň", "žluťoučký-kůň"),
        ("日本語のページ", "日本語のページ"),
        ("हिन्दी पाठ", "हिन्दी-पाठ"),
        ("???", "page"),
        ("", "page"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 300, "x" * 80),
        ("Straße", "strasse"),
    ],
)
def test_an_address_ends_in_the_words_of_the_title(title: str, slug: str) -> None:
    assert titles.slug(title) == slug


@pytest.mark.parametrize("title", ["Edit", "History", "move", "RESTORE", "Trash", "home!"])
def test_no_title_gets_the_address_of_an_action(title: str) -> None:
    assert titles.slug(title) not in titles.RESERVED_SLUGS


def test_titles_that_look_the_same_are_the_same() -> None:
    assert titles.fold("Café") == titles.fold("CAFE\u0301")
    assert titles.fold("a\u00a0b") == titles.fold("A  b")


def test_cleaning_twice_changes_nothing() -> None:
    for title in ("a\x00b", "x\u202ey", " \t a \n b ", "e\u0301"):
        assert titles.clean(titles.clean(title)) == titles.clean(title)
