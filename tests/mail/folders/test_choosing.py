"""Which folders are ticked at first, and what a choice means when the server's folders change."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wiki.mail.folders.choosing import Choice, preselected, tree, wanted
from wiki.mail.transport.protocol import Folder

ORDINARY = [
    Folder("INBOX", "/", is_selectable=True),
    Folder("Sent", "/", is_selectable=True, role=r"\sent"),
    Folder("Archive", "/", is_selectable=True, role=r"\archive"),
    Folder("Bin", "/", is_selectable=True, role=r"\trash"),
    Folder("Spam", "/", is_selectable=True),
    Folder("Lists", "/", is_selectable=False),
    Folder("Lists/Climbing", "/", is_selectable=True),
    Folder("Entwürfe", "/", is_selectable=True, role=r"\drafts"),
]
GMAIL = [
    Folder("INBOX", "/", is_selectable=True),
    Folder("Stairs", "/", is_selectable=True),
    Folder("[Gmail]", "/", is_selectable=False),
    Folder("[Gmail]/All Mail", "/", is_selectable=True, role=r"\all"),
    Folder("[Gmail]/Spam", "/", is_selectable=True, role=r"\junk"),
]
names = st.sampled_from([folder.name for folder in ORDINARY] + ["Gone", "New"])


def test_spam_the_bin_and_drafts_are_not_ticked_at_first() -> None:
    assert preselected(ORDINARY, are_labels=False) == {"INBOX", "Sent", "Archive", "Lists/Climbing"}


def test_on_gmail_the_one_folder_with_everything_is_ticked() -> None:
    assert preselected(GMAIL, are_labels=True) == {"[Gmail]/All Mail"}


def test_all_folders_means_later_ones_too_but_for_those_left_out() -> None:
    choice = Choice(("INBOX", "Sent"), reads_all=True, left_out=("Lists/Climbing", "Archive", "Bin"))
    later = [*ORDINARY, Folder("New", "/", is_selectable=True), Folder("Deleted Items", "/", is_selectable=True)]
    assert wanted(choice, later, are_labels=False) == ["INBOX", "Sent", "New"]


def test_a_named_folder_that_is_there_no_more_stays_named() -> None:
    assert wanted(Choice(("Gone",), reads_all=True), ORDINARY[:1], are_labels=False) == ["INBOX", "Gone"]
    assert wanted(Choice(("Gone",)), ORDINARY, are_labels=False) == ["Gone"]


@settings(max_examples=50)
@given(st.lists(names, unique=True), st.lists(names, unique=True), st.booleans(), st.sampled_from(["", "Archive"]))
def test_a_choice_names_each_folder_once_and_never_where_mail_is_moved_to(
    folders: list[str], left_out: list[str], are_labels: bool, move_to: str
) -> None:
    choice = Choice(tuple(folders), reads_all=True, left_out=tuple(left_out))
    found = wanted(choice, ORDINARY, are_labels=are_labels, never=[move_to])
    assert len(found) == len(set(found))
    assert move_to not in found
    assert (set(folders) - {move_to, "Lists"}) <= set(found)
    assert not set(left_out) - set(folders) & set(found)


def test_the_tree_begins_with_the_inbox_and_puts_each_folder_below_its_own() -> None:
    lines = [(branch.label, branch.depth) for branch in tree(ORDINARY)]
    assert lines[0] == ("INBOX", 0)
    assert lines[lines.index(("Lists", 0)) + 1] == ("Climbing", 1)
