"""Who answers whom, worked out from what messages say."""

from __future__ import annotations

import itertools
import json
import random

from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.forest import Mention, Tree, as_json, parents, trees

IDS = "abcdefgh"


def forest(*mentions: Mention) -> list[Tree]:
    present = {mention.message_id for mention in mentions}
    return trees(parents(mentions), present, sort_key=lambda message_id: message_id)


def said(message_id: str, chain: str = "") -> Mention:
    return Mention(message_id, tuple(chain))


def test_an_answer_stands_below_what_it_answers() -> None:
    assert forest(said("a"), said("b", "a"), said("c", "ab")) == [["a", [["b", [["c", []]]]]]]


def test_two_answers_to_one_message_stand_side_by_side() -> None:
    assert forest(said("a"), said("c", "a"), said("b", "a")) == [["a", [["b", []], ["c", []]]]]


def test_a_missing_parent_holds_its_answers_together_as_a_ghost() -> None:
    assert forest(said("b", "x"), said("c", "x")) == [[None, [["b", []], ["c", []]]]]


def test_a_single_answer_to_a_missing_parent_still_shows_that_something_is_missing() -> None:
    assert forest(said("b", "x")) == [[None, [["b", []]]]]


def test_several_missing_parents_in_a_row_show_as_one() -> None:
    assert forest(said("b", "xyz")) == [[None, [["b", []]]]]


def test_a_ghost_in_the_middle_keeps_its_place() -> None:
    assert forest(said("a"), said("c", "ax")) == [["a", [[None, [["c", []]]]]]]


def test_a_truncated_references_header_is_mended_by_what_others_say() -> None:
    assert forest(said("a"), said("b"), said("c", "ab")) == [["a", [["b", [["c", []]]]]]]


def test_a_messages_own_header_beats_what_others_guess() -> None:
    assert forest(said("a"), said("b"), said("c", "b"), said("d", "ac")) == [
        ["a", []],
        ["b", [["c", [["d", []]]]]],
    ]


def test_a_loop_is_cut_and_nobody_is_lost() -> None:
    built = forest(said("a", "b"), said("b", "a"))
    assert built == [["a", [["b", []]]]]


def test_in_reply_to_counts_only_without_references() -> None:
    assert Mention.of("m", ["a", "b"], "z").chain == ("a", "b")
    assert Mention.of("m", [], "z").chain == ("z",)


def test_a_message_that_names_itself_is_no_answer_to_itself() -> None:
    assert Mention.of("m", ["m"], "m").chain == ()


def test_ten_thousand_messages_one_below_the_other_need_no_recursion() -> None:
    names = [f"{number:05}" for number in range(10_000)]
    mentions = [Mention(names[0], ())] + [Mention(name, (before,)) for before, name in itertools.pairwise(names)]
    tree = trees(parents(mentions), set(names), sort_key=str)[0]
    depth = 1
    while tree[1]:
        tree = tree[1][0]
        depth += 1
    assert depth == 10_000


@given(st.recursive(st.just([]), lambda below: st.lists(st.tuples(st.none() | st.text(), below).map(list), max_size=4)))
def test_trees_are_written_as_any_json(built: list[Tree]) -> None:
    assert json.loads(as_json(built)) == built


def test_a_tree_of_ten_thousand_levels_can_be_written() -> None:
    tree: Tree = ["x", []]
    for _ in range(10_000):
        tree = ["x", [tree]]
    assert as_json([tree]).count('"x"') == 10_001


mentions_of_a_mailbox = st.lists(
    st.builds(
        Mention.of,
        st.sampled_from(IDS),
        st.lists(st.sampled_from(IDS + "xyz"), max_size=4),
        st.sampled_from(["", *IDS]),
    ),
    max_size=12,
)


@given(mentions_of_a_mailbox, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(mentions: list[Mention], shuffler: random.Random) -> None:
    shuffled = list(mentions)
    shuffler.shuffle(shuffled)
    assert parents(shuffled) == parents(mentions)


@given(mentions_of_a_mailbox)
def test_every_message_stands_in_the_forest_exactly_once(mentions: list[Mention]) -> None:
    present = {mention.message_id for mention in mentions}
    seen = []
    waiting = forest(*mentions)
    while waiting:
        message_id, children = waiting.pop()
        seen.append(message_id)
        waiting.extend(children)
    assert sorted(each for each in seen if each is not None) == sorted(present)
