"""What is shown of a long text helps to tell whether it is the one that was meant."""

from __future__ import annotations

import time

import pytest

from wiki.search.document import Excerpt
from wiki.search.excerpts import WIDTH, best_text, excerpt, highlight

FILLING = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. "


def shown(segments: Excerpt) -> str:
    return "".join(f"[{segment.text}]" if segment.is_hit else segment.text for segment in segments)


def test_a_hit_far_down_is_found() -> None:
    text = FILLING * 3_000 + "Here is the zebra." + FILLING * 3_000
    assert "Here is the [zebra]." in shown(excerpt("zebra", text))


def test_the_place_with_all_words_wins_over_one_with_many_of_the_same() -> None:
    text = "zebra " * 50 + FILLING * 500 + "a zebra and a quagga. " + FILLING * 500
    assert "a [zebra] and a [quagga]" in shown(excerpt("quagga zebra", text))


def test_it_begins_and_ends_at_words_with_dots_where_text_was_left_out() -> None:
    text = shown(excerpt("zebra", FILLING * 50 + "zebra " + FILLING * 50))
    assert text.startswith("\u2026")
    assert text.endswith("\u2026")
    words = set(text.replace("\u2026", "").replace("[", "").replace("]", "").split())
    assert words <= {*FILLING.split(), "zebra"}
    assert WIDTH - 40 < len(text) < WIDTH + 40


def test_a_short_text_is_shown_whole_without_dots() -> None:
    assert shown(excerpt("zebra", "A zebra.\n\n  It walked by.\n")) == "A [zebra]. It walked by. "


def test_an_empty_text_shows_nothing() -> None:
    assert excerpt("zebra", "") == ()


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        ("archive", "We [archived] the [archives] of alice@example.org."),
        ('"archives"', "We archived the [archives] of alice@example.org."),
        ("arch*", "We [archived] the [archives] of alice@example.org."),
        ('"archived the"', "We [archived the] archives of alice@example.org."),
        ("example.org", "We archived the archives of alice@[example.org]."),
        ("alice@example.org", "We archived the archives of [alice@example.org]."),
        ("org.example", "We archived the archives of alice@example.org."),
        ("we OR zebra -archive", "[We] archived the archives of alice@example.org."),
        ("*nonsense", "We archived the archives of alice@example.org."),
    ],
)
def test_what_is_marked_is_what_was_asked(asked: str, marked: str) -> None:
    assert shown(highlight(asked, "We archived the archives of alice@example.org.")) == marked


def test_parts_of_a_word_without_spaces_are_marked_as_one() -> None:
    assert (
        shown(highlight("\u6771\u4eac\u90fd", "\u65b0\u6771\u4eac\u90fd\u306b")) == "\u65b0[\u6771\u4eac\u90fd]\u306b"
    )


@pytest.mark.parametrize(
    "text",
    ["zebra " * 80_000, "\u6771" * 100_000, " " * 500_000, "z" * 500_000],
    ids=["words", "run", "spaces", "word"],
)
def test_a_monstrous_text_takes_no_time(text: str) -> None:
    begin = time.process_time()
    for asked in ("zebra", "quagga zebra", "\u6771\u6771", "z*", '"zebra zebra quagga"', "zzz*"):
        excerpt(asked, text)
    assert time.process_time() - begin < 8


def test_of_several_texts_the_one_that_shows_most_of_the_words_is_chosen() -> None:
    pages = ["nothing", "a zeppelin", "the zeppelin and its mayor", "zeppelin and mayor again"]
    assert best_text("zeppelin mayor", pages) == 2
    assert best_text("again", pages) == 3
    assert best_text("unheard", pages) == 0
    assert best_text("", pages) == 0


def test_a_better_text_far_behind_the_first_good_one_is_not_looked_for() -> None:
    filler = ["zeppelin " * 1_000] * 10
    assert best_text("zeppelin mayor", ["zeppelin", *filler, "zeppelin mayor"]) == 1
    assert best_text("mayor", [*filler, "zeppelin mayor"]) == 10
