"""Several messages a command, within limits of count and octets, each of them asked for once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.transport.batches import batches, parts, uid_set
from wiki.mail.transport.protocol import Limits

uids = st.lists(st.integers(1, 2**32 - 1), unique=True, max_size=60)


def test_neighbours_are_joined() -> None:
    assert uid_set([1, 2, 3, 7]) == "1:3,7"
    assert uid_set([9, 8, 4_294_967_295]) == "8:9,4294967295"


@given(uids)
def test_a_set_names_exactly_its_uids(given_uids: list[int]) -> None:
    named: set[int] = set()
    for span in filter(None, uid_set(given_uids).split(",")):
        first, _, last = span.partition(":")
        named.update(range(int(first), int(last or first) + 1))
    assert named == set(given_uids)


@given(uids, st.dictionaries(st.integers(1, 60), st.integers(0, 3000)), st.integers(1, 20), st.integers(1, 2000))
def test_every_message_is_in_one_batch_and_no_batch_is_too_much(
    given_uids: list[int], sizes_by_place: dict[int, int], count: int, octets: int
) -> None:
    sizes = {uid: sizes_by_place[place] for place, uid in enumerate(given_uids) if place in sizes_by_place}
    made = list(batches(given_uids, sizes, Limits(batch_messages=count, batch_octets=octets)))
    assert [uid for batch in made for uid in batch] == given_uids
    for batch in made:
        assert 1 <= len(batch) <= count
        assert len(batch) == 1 or sum(sizes.get(uid, octets) for uid in batch) <= octets


def test_parts_take_no_more_than_they_need() -> None:
    source = iter(range(10))
    assert next(parts(source, 3)) == [0, 1, 2]
    assert list(source) == [3, 4, 5, 6, 7, 8, 9]
