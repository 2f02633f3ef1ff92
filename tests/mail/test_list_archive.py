"""The list of a space's mail: its order, its pages, its months, and what stands there when there is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.factories import FIRST_DAY, Attached, Letter, make_conversation, make_message, make_messages
from tests.mail.screens import ACCOUNTS, MAIL, added_account, counted_queries
from tests.people import Person, Site
from wiki import clock
from wiki.db import transaction
from wiki.mail import archive_queries
from wiki.mail.models import Message, SetAside


def subjects(page: str) -> list[str]:
    return re.findall(r'class="row-subject"[^>]*>([^<]*)<', page)


def link(page: str, relation: str) -> str | None:
    found = re.search(rf'rel="{relation}" href="([^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


def numbered(count: int) -> list[Letter]:
    return [Letter(subject=f"Number {number:03}", date=FIRST_DAY + timedelta(hours=number)) for number in range(count)]


def test_the_newest_message_comes_first(alice: Person, site: Site) -> None:
    make_messages(site.team, numbered(3))

    assert subjects(alice.client.get(MAIL).text) == ["Number 002", "Number 001", "Number 000"]


def test_every_message_is_on_exactly_one_page_in_both_directions(alice: Person, site: Site) -> None:
    make_messages(site.team, numbered(130))

    down, url = [], MAIL
    while url:
        page = alice.client.get(url).text
        down.append(subjects(page))
        last, url = page, link(page, "next")
    assert [len(page) for page in down] == [50, 50, 30]
    assert [each for page in down for each in page] == [f"Number {number:03}" for number in reversed(range(130))]

    up, url = [], link(last, "prev")
    while url:
        page = alice.client.get(url).text
        up.append(subjects(page))
        url = link(page, "prev")
    assert [len(page) for page in up] == [50, 50]
    assert up[-1] == down[0]


def test_messages_of_one_moment_are_neither_lost_nor_shown_twice(alice: Person, site: Site) -> None:
    make_messages(site.team, [Letter(subject=f"Twin {number:03}", date=FIRST_DAY) for number in range(60)])

    first = alice.client.get(MAIL).text
    second = alice.client.get(link(first, "next") or "").text

    assert len({*subjects(first), *subjects(second)}) == 60


def test_mail_that_arrives_meanwhile_moves_nothing(alice: Person, site: Site) -> None:
    make_messages(site.team, numbered(60))
    older = link(alice.client.get(MAIL).text, "next") or ""
    make_message(site.team, subject="Just now", date=FIRST_DAY + timedelta(days=90))

    assert subjects(alice.client.get(older).text)[0] == "Number 009"


def test_a_row_shows_sender_subject_first_words_attachment_thread_and_date(alice: Person, site: Site) -> None:
    make_message(
        site.team,
        sender="Zoë Müller <zoe@example.org>",
        subject="Drawings",
        text="The drawings are attached to this.",
        attached=[Attached(b"x")],
        date=FIRST_DAY,
    )
    make_conversation(site.team, 3)

    page = alice.client.get(MAIL).text

    for words in ("Zoë Müller", "Drawings", "The drawings are attached to this.", "1 attachment", "2 Nov 2026"):
        assert words in page
    assert page.count('<span class="badge">3</span>') == 3


def test_a_month_or_a_year_can_be_chosen_and_is_counted(alice: Person, site: Site) -> None:
    for year, month, number in ((2025, 12, 2), (2026, 1, 3), (2026, 11, 1)):
        make_messages(
            site.team,
            [
                Letter(subject=f"{year}-{month} {each}", date=datetime(year, month, 5, each, tzinfo=UTC))
                for each in range(number)
            ],
        )

    page = alice.client.get(MAIL).text
    for option in ("All mail (6)", "All of 2026 (4)", "All of 2025 (2)", "January 2026 (3)", "December 2025 (2)"):
        assert option in page
    assert subjects(alice.client.get(f"{MAIL}?month=2025-12").text) == ["2025-12 1", "2025-12 0"]
    assert len(subjects(alice.client.get(f"{MAIL}?month=2026").text)) == 4
    empty = alice.client.get(f"{MAIL}?month=2024-02").text
    assert "No mail in February 2024" in empty


def test_pages_of_a_month_stay_in_it(alice: Person, site: Site) -> None:
    make_messages(site.team, numbered(60))
    make_message(site.team, subject="Before", date=datetime(2026, 10, 1, tzinfo=UTC))

    older = link(alice.client.get(f"{MAIL}?month=2026-11").text, "next") or ""

    assert "month=2026-11" in older
    assert "Before" not in subjects(alice.client.get(older).text)
    assert len(subjects(alice.client.get(older).text)) == 10


def test_an_address_that_makes_no_sense_leads_nowhere(alice: Person, site: Site) -> None:
    make_message(site.team)
    months = ["2026-13", "november", "0000", "99999", "2026-1"]
    places = ["1", "x.y", "1.", "9" * 18 + ".1", "-" + "9" * 18 + ".1", "1.1.1", "%00", "1%0d%0a.2", "1." + "9" * 30]

    queries = [f"month={each}" for each in months] + [
        f"{side}={each}" for each in places for side in ("before", "after")
    ]
    for query in queries:
        assert alice.client.get(f"{MAIL}?{query}").status_code == 404, query


def test_very_old_and_very_late_dates_can_be_paged(alice: Person, site: Site) -> None:
    ids = make_messages(site.team, numbered(60))
    with transaction() as session:
        session.get_one(Message, ids[9]).date = datetime(1, 1, 1, tzinfo=UTC)
        session.get_one(Message, ids[10]).date = datetime(9999, 12, 31, tzinfo=UTC)

    page = alice.client.get(MAIL).text
    assert subjects(page)[0] == "Number 010"
    assert subjects(alice.client.get(link(page, "next") or "").text)[-1] == "Number 009"
    assert subjects(alice.client.get(f"{MAIL}?month=9999-12").text) == ["Number 010"]
    assert subjects(alice.client.get(f"{MAIL}?month=0001").text) == ["Number 009"]
    for date in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)):
        place = archive_queries.Cursor(date, 3)
        assert archive_queries.Cursor.parse(str(place)) == place


def test_a_space_without_accounts_shows_its_administrator_the_way(alice: Person) -> None:
    page = alice.client.get(MAIL).text

    assert "Space tools › Integrations › Mail Accounts" in page
    assert f"{ACCOUNTS}/new" in page


def test_a_reader_of_a_space_without_accounts_is_told_whom_to_ask(bob: Person, alice: Person) -> None:
    page = bob.client.get(MAIL).text

    assert "An administrator of the space can add a mail account" in page
    assert f"{ACCOUNTS}/new" not in page


def test_a_space_whose_accounts_brought_nothing_says_that(alice: Person, site: Site) -> None:
    added_account(alice, site.team)

    assert "have brought none so far" in alice.client.get(MAIL).text


def test_readers_are_not_offered_what_only_administrators_may(bob: Person, alice: Person, site: Site) -> None:
    make_message(site.team)
    with transaction() as session:
        session.add(SetAside(space_id=site.team, source="INBOX", size=1, reason="Broken.", at=clock.now()))

    page = bob.client.get(MAIL).text
    for words in ("Fetch new mail", "Delete All", "set aside", "/trash"):
        assert words not in page
    page = alice.client.get(MAIL).text
    for words in ("Fetch new mail", "Delete All", "1 message could not be archived", "/trash"):
        assert words in page


def test_what_was_set_aside_is_listed_with_its_reason_and_its_bytes(alice: Person, site: Site) -> None:
    ids = make_messages(site.team, numbered(1))
    with transaction() as session:
        kept = session.get_one(Message, ids[0]).sha256
        session.add_all(
            [
                SetAside(
                    space_id=site.team,
                    source="INBOX, message 7",
                    sha256=kept,
                    size=9,
                    reason="Too odd.",
                    at=clock.now(),
                ),
                SetAside(space_id=site.team, source="INBOX, message 8", size=9, reason="Too large.", at=clock.now()),
            ]
        )

    page = alice.client.get(f"{MAIL}/set-aside").text
    assert "INBOX, message 7" in page
    assert "Too large." in page
    raw = alice.client.get(f"{MAIL}/set-aside/1/raw")
    assert b"Subject: Number 000" in raw.data
    assert raw.headers["Content-Disposition"].startswith("attachment")
    assert alice.client.get(f"{MAIL}/set-aside/2/raw").status_code == 404


def test_hostile_headers_are_only_text(alice: Person, site: Site) -> None:
    payload = '"><img src=x onerror=alert(1)>'
    make_message(site.team, subject=payload, sender=f'"{payload[2:]}" <a@example.org>', text=payload)

    page = alice.client.get(MAIL).text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_page_of_the_list_needs_few_queries(alice: Person, site: Site) -> None:
    added_account(alice, site.team)
    for _ in range(4):
        make_conversation(site.team, 5)

    with counted_queries() as sent:
        assert alice.client.get(MAIL).status_code == 200
    assert len(sent) <= 12, "\n".join(sent)


def test_the_list_is_read_along_its_index(site: Site, alice: Person) -> None:
    with counted_queries() as sent:
        alice.client.get(f"{MAIL}?before={archive_queries.Cursor(clock.now(), 5)}")
    [listing] = [statement for statement in sent if "snippet" in statement]
    with transaction() as session:
        raw = session.connection().connection.cursor()
        plan = " ".join(
            str(row[3]) for row in raw.execute(f"EXPLAIN QUERY PLAN {listing}", [1] * listing.count("?")).fetchall()
        )

    assert "ix_messages_list" in plan
    assert "TEMP B-TREE" not in plan.partition("LIST SUBQUERY")[0]
