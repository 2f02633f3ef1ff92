"""Mail as the search sees it, and what it shows to whom."""

from __future__ import annotations

from tests.factories import Attached, Letter, make_message, make_messages
from tests.mail.screens import MAIL, counted_queries
from tests.people import Person, Site
from wiki.db import transaction
from wiki.mail.indexing import KIND
from wiki.mail.models import Message


def test_a_document_holds_subject_text_attachments_and_people(site: Site) -> None:
    made = make_message(
        site.team,
        subject="Drawings",
        sender="Ann Example <ann@example.org>",
        to="Team <team@example.org>, Carl <carl@example.org>",
        text="See the plan.",
        attached=[Attached(b"x", "application/pdf", 'attachment; filename="bridge.pdf"')],
    )

    [document] = KIND.documents([made])

    assert (document.kind, document.id, document.space_id, document.title) == ("mail", made, site.team, "Drawings")
    assert "See the plan." in document.body
    assert "bridge.pdf" in document.body
    people = ("Ann Example <ann@example.org>", "Team <team@example.org>", "Carl <carl@example.org>")
    assert document.people == people


REPLY = "A zebra, I think.\n\nOn 2 Nov 2026, Bob wrote:\n> Which zebra do you mean?\n-- \nAnn Example\n"


def test_what_is_quoted_stands_apart_in_the_document_and_last_in_excerpts(alice: Person, site: Site) -> None:
    made = make_message(site.team, text=REPLY)

    [document] = KIND.documents([made])

    assert document.body.strip() == "A zebra, I think."
    assert "Which zebra" in document.quoted
    assert "Ann Example" in document.quoted
    assert KIND.present(alice.actor, [made])[made].text.startswith("A zebra, I think.")


def test_a_message_from_before_quotes_were_told_apart_is_told_apart_now(site: Site) -> None:
    made = make_message(site.team, text=REPLY)
    with transaction() as session:
        session.get_one(Message, made).text_ranges = []

    [document] = KIND.documents([made])

    assert document.body.strip() == "A zebra, I think."


def test_what_lies_in_the_trash_has_no_document(alice: Person, site: Site) -> None:
    kept, thrown = make_messages(site.team, [Letter(), Letter()])
    alice.client.post(f"{MAIL}/{thrown}/trash")

    assert [document.id for document in KIND.documents([kept, thrown, 999])] == [kept]
    assert KIND.ids_after(0, 10) == [kept]
    assert set(KIND.present(alice.actor, [kept, thrown])) == {kept}


def test_the_version_grows_with_the_parser(site: Site) -> None:
    made = make_message(site.team)
    [before] = KIND.documents([made])
    with transaction() as session:
        session.get_one(Message, made).parsed_version += 1
    [after] = KIND.documents([made])

    assert after.version > before.version > 0


def test_a_hit_is_presented_only_to_who_may_see_it(alice: Person, charlie: Person, root: Person, site: Site) -> None:
    made = make_message(site.team, subject="Secret plan")

    assert KIND.present(charlie.actor, [made]) == {}
    for person in (alice, root):
        shown = KIND.present(person.actor, [made])[made]
        assert shown.title == "Secret plan"
        assert shown.author == "Ann Example"
        assert shown.endpoint == "mail.message"
        assert shown.values == {"key": "TEAM", "message_id": made}
        assert shown.space_name == "The TEAM space"


def test_ids_come_in_pages(site: Site) -> None:
    ids = make_messages(site.team, [Letter() for _ in range(5)])

    assert KIND.ids_after(0, 2) == ids[:2]
    assert KIND.ids_after(ids[1], 10) == ids[2:]


def test_many_documents_take_as_many_queries_as_one(site: Site) -> None:
    ids = make_messages(site.team, [Letter() for _ in range(30)])
    with counted_queries() as sent:
        assert len(KIND.documents(ids)) == 30

    assert len(sent) == 3
