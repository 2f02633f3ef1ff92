"""Alice looks after the mail accounts of her space: the list, on and off, fetching now, removing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.factories import make_message
from tests.mail.screens import ACCOUNTS, MAIL, account, added_account, counted_queries, events
from tests.people import Person, Site
from wiki import clock
from wiki.db import transaction
from wiki.errors import Conflict
from wiki.extensions import db
from wiki.jobs.models import JobRequest, RequestState
from wiki.mail import service
from wiki.mail.models import LedgerEntry, LedgerState, MailAccount, MailFolder, Message, SetAside


def requests() -> list[JobRequest]:
    return list(db.session.scalars(select(JobRequest).order_by(JobRequest.id)))


def test_the_list_says_what_each_account_came_to(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    with transaction() as session:
        row = session.get_one(MailAccount, added)
        row.last_fetch_at, row.last_fetch_ok, row.last_result = clock.now(), False, "Nothing answers there."
        folder = MailFolder(account_id=added, name="INBOX", uid_validity=1, created_at=clock.now())
        session.add(folder)
        session.flush()
        entries = [(1, LedgerState.ARCHIVED, False), (2, LedgerState.GONE, False), (3, LedgerState.STALE, False)]
        entries += [(4, LedgerState.ARCHIVED, True), (5, LedgerState.HELD, False)]
        session.add_all(
            LedgerEntry(
                folder_id=folder.id,
                uid=uid,
                size=1,
                sha256=f"{uid:064}",
                state=state,
                is_duplicate=is_duplicate,
                archived_at=clock.now(),
            )
            for uid, state, is_duplicate in entries
        )
        session.add(
            SetAside(space_id=site.team, account_id=added, source="INBOX", size=1, reason="Broken.", at=clock.now())
        )

    page = alice.client.get(ACCOUNTS).text

    assert "3 messages" in page
    assert "1 message<" in page
    assert "Failed" in page
    assert "Nothing answers there." in page


def test_an_empty_list_shows_the_first_step(alice: Person) -> None:
    page = alice.client.get(ACCOUNTS).text

    assert "No mail account yet" in page
    assert f'href="{ACCOUNTS}/new"' in page


def test_a_disabled_account_is_not_fetched_and_can_be_enabled_again(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)

    alice.client.post(f"{ACCOUNTS}/{added}/disable")
    assert account(added).is_enabled is False
    with pytest.raises(Conflict), transaction():
        service.request_fetch(alice.actor, account(added))
    alice.client.post(f"{ACCOUNTS}/{added}/fetch")
    assert requests() == []

    alice.client.post(f"{ACCOUNTS}/{added}/enable")
    assert account(added).is_enabled is True
    tags = [event.tag for event in events(f"mail-account:{added}")]
    assert tags == ["mail-account:added", "mail-account:disabled", "mail-account:enabled"]


def test_removing_an_account_keeps_its_mail(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    archived = make_message(site.team)
    with transaction() as session:
        folder = MailFolder(account_id=added, name="INBOX", uid_validity=1, created_at=clock.now())
        session.add(folder)
        session.flush()
        session.add(
            LedgerEntry(
                folder_id=folder.id, uid=1, size=1, sha256="a" * 64, state=LedgerState.ARCHIVED, archived_at=clock.now()
            )
        )
        session.add(
            SetAside(space_id=site.team, account_id=added, source="INBOX", size=1, reason="Broken.", at=clock.now())
        )

    assert alice.client.post(f"{ACCOUNTS}/{added}/remove").status_code == 303

    assert db.session.get(MailAccount, added) is None
    assert db.session.get(Message, archived) is not None
    assert list(db.session.scalars(select(LedgerEntry))) == []
    assert [entry.account_id for entry in db.session.scalars(select(SetAside))] == [None]
    assert events(f"mail-account:{added}")[-1].tag == "mail-account:removed"


def test_fetch_now_asks_the_worker_once(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)

    alice.client.post(f"{ACCOUNTS}/{added}/fetch")
    alice.client.post(f"{ACCOUNTS}/{added}/fetch")

    [request] = requests()
    assert (request.job, request.subject) == ("mail.fetch", f"mail-account:{added}")
    assert request.arguments == {"account_id": added}
    assert request.requested_by == "alice"


def test_a_running_fetch_shows_how_far_it_is_and_refreshes_itself(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    alice.client.post(f"{ACCOUNTS}/{added}/fetch")
    assert "Waiting to begin" in alice.client.get(ACCOUNTS).text
    with transaction():
        [request] = requests()
        request.state, request.done, request.total = RequestState.RUNNING, 120, 2310

    page = alice.client.get(ACCOUNTS).text
    assert "120 of 2,310 messages" in page
    assert f'data-refresh-url="{ACCOUNTS}"' in page
    assert "Fetch now" not in page

    with transaction():
        [request] = requests()
        request.state = RequestState.DONE
    assert "data-refresh-url" not in alice.client.get(ACCOUNTS).text


def test_fetch_new_mail_asks_for_every_enabled_account_and_shows_each_result(alice: Person, site: Site) -> None:
    first = added_account(alice, site.team, name="First")
    second = added_account(alice, site.team, name="Second")
    off = added_account(alice, site.team, name="Third")
    alice.client.post(f"{ACCOUNTS}/{off}/disable", follow_redirects=True)

    answer = alice.client.post(f"{MAIL}/fetch")

    assert answer.location == f"{MAIL}?fetch=yes"
    assert [request.subject for request in requests()] == [f"mail-account:{first}", f"mail-account:{second}"]
    with transaction():
        done, failed = requests()
        done.state, done.result = RequestState.DONE, "12 new messages."
        failed.state, failed.result = RequestState.FAILED, "The mail server took too long to answer."
    page = alice.client.get(answer.location).text
    assert "12 new messages." in page
    assert "took too long" in page
    assert "Third" not in page


def test_fetch_new_mail_without_an_enabled_account_says_so(alice: Person) -> None:
    answer = alice.client.post(f"{MAIL}/fetch", follow_redirects=True)

    assert "No mail account of this space is enabled" in answer.text


def test_the_list_asks_the_database_no_more_for_many_accounts_than_for_one(alice: Person, site: Site) -> None:
    for number in range(12):
        added_account(alice, site.team, name=f"Account {number}")

    with counted_queries() as sent:
        assert alice.client.get(ACCOUNTS).status_code == 200

    assert len(sent) <= 12, "\n".join(sent)
