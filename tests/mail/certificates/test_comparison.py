"""Every message that a server lists has exactly one explanation, and every entry of the ledger is used for one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wiki.mail.certificates.comparison import ALARMS, GONE, Entry, Kind, Known, Listed, compare
from wiki.mail.certificates.sheet import Sheet
from wiki.mail.models import LedgerState

HASHES = [f"{number:064x}" for number in range(6)]
SUMMED = ("archived", "duplicates", "set_aside", "held", "purged", "arrived", "unexplained")


@st.composite
def ledgers(draw: st.DrawFn, *, is_pop: bool) -> list[Entry]:
    """Entries as a ledger may hold them, twins and all."""
    numbers = draw(st.lists(st.integers(1, 30), unique=not is_pop, max_size=20))
    return [
        Entry(
            id=place,
            uid=0 if is_pop else number,
            uidl=draw(st.sampled_from(["", f"u{number % 5}"])) if is_pop else "",
            size=draw(st.integers(1, 3)),
            sha256=draw(st.sampled_from([None, *HASHES])),
            state=draw(st.sampled_from(list(LedgerState))),
            reason="",
            is_duplicate=draw(st.booleans()),
            message_id=draw(st.sampled_from([None, 7])),
            is_purged=draw(st.booleans()),
        )
        for place, number in enumerate(numbers, 1)
    ]


@st.composite
def listings(draw: st.DrawFn, *, is_pop: bool) -> list[Listed]:
    """Listings as a server may send them; IMAP's numbers are unique, POP3's may repeat or be missing."""
    numbers = draw(st.lists(st.integers(1, 35), unique=True, max_size=20))
    if not is_pop:
        return [Listed(uid=number, size=draw(st.sampled_from([None, 1, 2, 3]))) for number in sorted(numbers)]
    return [
        Listed(
            uidl=draw(st.sampled_from(["", f"u{number % 5}"])),
            size=draw(st.integers(1, 3)),
            sha256=draw(st.sampled_from(["", *HASHES])),
        )
        for number in numbers
    ]


@settings(max_examples=60)
@given(st.data(), st.booleans(), st.sets(st.sampled_from(HASHES)), st.sampled_from([None, 1, 15]), st.integers(0, 3))
def test_the_sums_always_add_up_and_nothing_is_counted_twice(
    data: st.DataObject, is_pop: bool, damaged: set[str], fetched_below: int | None, not_listed: int
) -> None:
    listed = data.draw(listings(is_pop=is_pop))
    entries = data.draw(ledgers(is_pop=is_pop))

    findings = compare(listed, entries, Known(frozenset(damaged), fetched_below, is_pop=is_pop))

    on_server = [finding for finding in findings if finding.kind not in GONE]
    gone = [finding for finding in findings if finding.kind in GONE]
    assert [finding.where for finding in on_server] == [each.where for each in listed]
    used = {finding.entry.id for finding in on_server if finding.entry}
    gone_ids = [finding.entry.id for finding in gone if finding.entry]
    assert len(gone_ids) == len(set(gone_ids))
    assert used.isdisjoint(gone_ids)
    assert used | set(gone_ids) == {entry.id for entry in entries}

    sheet = Sheet()
    sheet.add(findings)
    sheet.add_not_listed(not_listed)
    row = sheet.columns()
    assert row["on_server"] == len(listed) + not_listed == sum(int(str(row[name])) for name in SUMMED)
    assert int(str(row["gone_here"])) + int(str(row["gone_elsewhere"])) == len(gone)
    assert row["is_clean"] == (not_listed == 0 and not any(finding.kind in ALARMS for finding in findings))


@settings(max_examples=60)
@given(st.data(), st.sets(st.sampled_from(HASHES)))
def test_only_what_the_archive_has_whole_counts_as_archived(data: st.DataObject, damaged: set[str]) -> None:
    listed = data.draw(listings(is_pop=False))
    entries = data.draw(ledgers(is_pop=False))

    for finding in compare(listed, entries, Known(frozenset(damaged), fetched_below=40)):
        if finding.kind in {Kind.ARCHIVED, Kind.DUPLICATE, Kind.HELD}:
            assert finding.entry is not None
            assert finding.entry.message_id is not None
            assert finding.entry.sha256 not in damaged


def entry(number: int, state: LedgerState = LedgerState.ARCHIVED, **values: object) -> Entry:
    fields: dict[str, object] = {"uidl": "", "size": 10, "sha256": HASHES[0], "message_id": 1, **values}
    return Entry(id=number, uid=number, state=state, **fields)  # type: ignore[arg-type]


def kinds(listed: list[Listed], entries: list[Entry], **known: object) -> list[Kind]:
    return [finding.kind for finding in compare(listed, entries, Known(**known))]  # type: ignore[arg-type]


def test_what_came_after_the_last_fetch_is_new_and_what_it_should_have_brought_is_not() -> None:
    listed = [Listed(uid=1, size=10), Listed(uid=2, size=10), Listed(uid=3, size=10)]
    assert kinds(listed, [entry(1)], fetched_below=3) == [Kind.ARCHIVED, Kind.NOT_FETCHED, Kind.ARRIVED]
    assert kinds(listed, [entry(1)], fetched_below=None) == [Kind.ARCHIVED, Kind.NOT_FETCHED, Kind.NOT_FETCHED]


def test_a_message_of_another_size_under_a_known_number_is_not_taken_for_the_archived_one() -> None:
    assert kinds([Listed(uid=1, size=11)], [entry(1)], fetched_below=2) == [Kind.OTHER_MESSAGE]


def test_who_removed_a_message_is_told_apart() -> None:
    entries = [
        entry(1, LedgerState.GONE),
        entry(2, LedgerState.ARCHIVED),
        entry(3, LedgerState.HELD, message_id=None, sha256=None),
    ]
    assert kinds([], entries) == [Kind.GONE_HERE, Kind.GONE_ELSEWHERE, Kind.LOST]
    assert kinds([], entries[:1], damaged=frozenset(HASHES)) == [Kind.COPY_LOST]


def test_twins_without_an_id_of_their_own_are_one_entry_and_its_duplicates() -> None:
    twins = [Listed(size=10, sha256=HASHES[0])] * 2
    found = compare(twins, [Entry(1, 0, "", 10, HASHES[0], LedgerState.ARCHIVED, message_id=1)], Known(is_pop=True))
    assert [finding.kind for finding in found] == [Kind.ARCHIVED, Kind.DUPLICATE]
