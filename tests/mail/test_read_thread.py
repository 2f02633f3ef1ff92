"""A whole thread in one view, with what is missing of it."""

from __future__ import annotations

import re
import time

import pytest

from tests.factories import Attached, Letter, make_conversation, make_message, make_messages
from tests.mail.screens import MAIL, counted_queries
from tests.people import Person, Site
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.mail import queries
from wiki.mail.models import Message
from wiki.mail.views.reading import steps
from wiki.spaces.models import Space


def thread_of(message_id: int) -> int:
    thread_id = db.session.get_one(Message, message_id).thread_id
    db.session.rollback()
    assert thread_id is not None
    return thread_id


def view(person: Person, space_id: int, thread_id: int) -> queries.ThreadView:
    with reading() as session:
        return queries.thread_view(person.actor, session.get_one(Space, space_id), thread_id)


def shape(found: queries.ThreadView) -> list[tuple[int, str | None]]:
    return [(line.depth, line.message.subject if line.message else None) for line in found.lines]


def test_the_whole_tree_is_read_from_top_to_bottom(bob: Person, site: Site) -> None:
    make_messages(
        site.team,
        [
            Letter(subject="Root", message_id="r@x"),
            Letter(subject="First answer", message_id="a@x", references=["r@x"]),
            Letter(subject="Second answer", message_id="b@x", references=["r@x"]),
            Letter(subject="To the first", message_id="c@x", references=["r@x", "a@x"]),
        ],
    )

    found = view(bob, site.team, 1)
    assert shape(found) == [(0, "Root"), (1, "First answer"), (2, "To the first"), (1, "Second answer")]
    page = bob.client.get(f"{MAIL}/threads/1").text
    assert "4 messages" in page
    assert page.count('<article class="message"') == 4
    assert page.count("<ol") == page.count("</ol>")
    assert page.count('<li class="thread-node"') == 4


def test_a_message_that_is_not_here_is_shown_as_such(bob: Person, site: Site) -> None:
    make_messages(
        site.team,
        [
            Letter(subject="One answer", message_id="a@x", references=["missing@x"]),
            Letter(subject="Another", message_id="b@x", references=["missing@x"]),
        ],
    )

    assert shape(view(bob, site.team, 1)) == [(0, None), (1, "One answer"), (1, "Another")]
    assert "A message that is not in the archive" in bob.client.get(f"{MAIL}/threads/1").text


def test_a_message_in_the_trash_leaves_a_gap(alice: Person, site: Site) -> None:
    first, second, third = make_conversation(site.team, 3)
    alice.client.post(f"{MAIL}/{second}/trash", follow_redirects=True)

    page = alice.client.get(f"{MAIL}/threads/{thread_of(first)}").text
    assert "This is turn 1." not in page
    assert "This is turn 2." in page
    assert "A message that is not in the archive" in page
    assert f'href="{MAIL}/{second}"' not in alice.client.get(f"{MAIL}/{third}").text


def test_two_messages_of_one_message_id_are_both_there(bob: Person, site: Site) -> None:
    make_messages(
        site.team,
        [
            Letter(subject="The draft", message_id="same@x"),
            Letter(subject="What was sent", message_id="same@x"),
            Letter(subject="The answer", message_id="a@x", references=["same@x"]),
        ],
    )

    assert shape(view(bob, site.team, 1)) == [(0, "The draft"), (0, "What was sent"), (1, "The answer")]


def test_texts_are_escaped_and_attachments_offered(bob: Person, site: Site) -> None:
    made = make_message(
        site.team,
        text="<script>alert(1)</script>",
        message_id="r@x",
        attached=[Attached(b"x", "application/pdf", 'attachment; filename="plan.pdf"')],
    )
    make_message(site.team, message_id="a@x", references=["r@x"])

    page = bob.client.get(f"{MAIL}/threads/{thread_of(made)}").text
    assert "<script>alert" not in page
    assert f"{MAIL}/{made}/parts/1/plan.pdf" in page


def test_an_answer_shows_its_subject_only_where_it_changes(bob: Person, site: Site) -> None:
    make_messages(
        site.team,
        [
            Letter(subject="Plan", message_id="r@x"),
            Letter(subject="AW: Re: Plan", message_id="a@x", references=["r@x"]),
            Letter(subject="Re: Another topic", message_id="b@x", references=["r@x"]),
        ],
    )

    page = bob.client.get(f"{MAIL}/threads/1").text
    assert "AW: Re: Plan" not in page
    assert "Re: Another topic" in page


def test_a_thread_of_another_space_is_not_in_this_one(root: Person, site: Site) -> None:
    other = site.space("OTHER")
    made = make_message(other)
    assert site.team

    assert root.client.get(f"{MAIL}/threads/{thread_of(made)}").status_code == 404
    assert root.client.get(f"/spaces/OTHER/mail/threads/{thread_of(made)}").status_code == 200
    assert root.client.get(f"/spaces/OTHER/mail/threads/{thread_of(made) + 1}").status_code == 404


def test_a_thread_whose_messages_are_all_in_the_trash_is_gone(alice: Person, site: Site) -> None:
    made = make_message(site.team)
    thread_id = thread_of(made)
    alice.client.post(f"{MAIL}/{made}/trash")

    assert alice.client.get(f"{MAIL}/threads/{thread_id}").status_code == 404


def test_a_thread_needs_few_queries_however_long_it_is(bob: Person, site: Site) -> None:
    [first, *_] = make_conversation(site.team, 40)
    url = f"{MAIL}/threads/{thread_of(first)}"
    with counted_queries() as sent:
        assert bob.client.get(url).status_code == 200

    assert len(sent) <= 12, "\n".join(sent)


@pytest.mark.slow
def test_ten_thousand_answers_one_below_the_other_are_shown(bob: Person, site: Site) -> None:
    """References hold the last thirty only, as mailers do; the text is shown of the first two hundred."""
    names = [f"deep-{number}@x" for number in range(10_000)]
    letters = [
        Letter(subject="Deep", message_id=name, references=names[max(0, number - 30) : number])
        for number, name in enumerate(names)
    ]
    ids = [each for start in range(0, 10_000, 1000) for each in make_messages(site.team, letters[start : start + 1000])]
    thread_id = thread_of(ids[0])

    started = time.monotonic()
    page = bob.client.get(f"{MAIL}/threads/{thread_id}")
    took = time.monotonic() - started

    assert page.status_code == 200
    assert "10,000 messages" in page.text
    assert page.text.count('<article class="message"') == queries.MOST_BODIES
    assert all(f'id="m{each}"' in page.text for each in (ids[0], ids[5000], ids[-1]))
    assert took < 10
    one = bob.client.get(f"{MAIL}/{ids[5000]}").text
    assert len(re.findall('class="thread-line"', one)) == queries.OUTLINE_LINES
    assert "9,976 messages not shown here" in one
    [tree] = queries.trees(site.team)
    depth = 0
    while tree[1]:
        [tree] = tree[1]
        depth += 1
    assert depth == 9_999


def test_levels_open_and_close_in_step() -> None:
    depths = [0, 1, 2, 3, 1, 0, 1, *range(2, 40), 5, 0]
    found = steps([queries.ThreadLine(depth, None) for depth in depths])

    level = 0
    for step in found.steps:
        level += step.opens - step.closes
        assert 0 <= level <= 8
    assert level == found.depth_at_end == 0


def test_trees_hold_message_ids_and_gaps(site: Site) -> None:
    make_messages(
        site.team,
        [
            Letter(message_id="lone@x"),
            Letter(message_id="a@x", references=["missing@x"]),
            Letter(message_id="b@x", references=["missing@x"]),
            Letter(message_id="c@x", references=["missing@x", "a@x"]),
        ],
    )

    expected = [["lone@x", []], [None, [["a@x", [["c@x", []]]], ["b@x", []]]]]
    assert queries.trees(site.team) == expected


def test_a_message_in_the_trash_is_no_part_of_the_trees(alice: Person, site: Site) -> None:
    ids = make_messages(site.team, [Letter(message_id="a@x"), Letter(message_id="b@x", references=["a@x"])])
    with transaction() as session:
        row = session.get_one(Message, ids[1])
        row.deleted_at = row.archived_at

    assert queries.trees(site.team) == [["a@x", []]]


def test_quotes_are_folded_in_a_thread_too(bob: Person, site: Site) -> None:
    made = make_message(site.team, text="Yes.\n\n" + "> quoted words\n" * 14)

    answer = bob.client.get(f"{MAIL}/threads/{thread_of(made)}")

    assert '<details class="quote"><summary>14 quoted lines</summary>' in answer.text
