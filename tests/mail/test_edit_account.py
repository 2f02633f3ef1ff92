"""Alice changes a mail account; nobody gets at its password by that."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.mail.screens import ACCOUNTS, SECRET, account, added_account, events, filled
from tests.people import Person, Site
from wiki import clock
from wiki.crypto import unseal
from wiki.db import transaction
from wiki.extensions import db
from wiki.mail.models import LedgerEntry, LedgerState, MailFolder
from wiki.mail.transport.endpoint import Protocol


def edit_url(account_id: int) -> str:
    return f"{ACCOUNTS}/{account_id}/edit"


def password_of(account_id: int) -> str:
    sealed = account(account_id).password_sealed
    assert sealed is not None
    return unseal(sealed)


def test_the_form_shows_everything_but_the_password(alice: Person, site: Site) -> None:
    page = alice.client.get(edit_url(added_account(alice, site.team))).text

    assert 'value="mail.example.org"' in page
    assert 'value="993"' in page
    assert SECRET not in page


def test_an_empty_password_keeps_the_stored_one(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)

    answer = alice.client.post(edit_url(added), data=filled(name="Sales", password="", port="993"))

    assert answer.status_code == 303
    assert account(added).name == "Sales"
    assert password_of(added) == SECRET


def test_a_new_password_replaces_the_stored_one(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)

    alice.client.post(edit_url(added), data=filled(password="another one", port="993"))

    assert password_of(added) == "another one"
    assert events(f"mail-account:{added}")[-1].details["has_new_password"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "evil.example.net"},
        {"port": "143"},
        {"username": "somebody.else@example.org"},
        {"protocol": "imap", "port": "993"},
    ],
    ids=["host", "port", "user", "security"],
)
def test_another_server_or_user_never_gets_the_stored_password(
    alice: Person, site: Site, changes: dict[str, str]
) -> None:
    added = added_account(alice, site.team)

    answer = alice.client.post(edit_url(added), data=filled(**{"password": "", "port": "993", **changes}))

    assert answer.status_code == 422
    assert "never used for another server or user" in answer.text
    assert (account(added).host, account(added).port) == ("mail.example.org", 993)

    answer = alice.client.post(edit_url(added), data=filled(**{"password": "typed anew", "port": "993", **changes}))

    assert answer.status_code == 303
    assert password_of(added) == "typed anew"


def test_an_account_cannot_change_between_imap_and_pop(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    page = alice.client.get(edit_url(added)).text

    assert '<option value="imap">' in page
    assert '<option value="pop">' not in page
    answer = alice.client.post(edit_url(added), data=filled(protocol="pops", port="995"))
    assert answer.status_code == 422
    assert account(added).protocol == "imaps"


def test_the_numbers_of_the_old_server_count_for_nothing_on_a_new_one(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    with transaction() as session:
        folder = MailFolder(account_id=added, name="INBOX", uid_validity=7, created_at=clock.now())
        session.add(folder)
        session.flush()
        session.add_all(
            LedgerEntry(
                folder_id=folder.id, uid=number, size=1, sha256=str(number) * 64, state=state, archived_at=clock.now()
            )
            for number, state in enumerate((LedgerState.ARCHIVED, LedgerState.DELETE_PENDING, LedgerState.GONE), 1)
        )

    alice.client.post(edit_url(added), data=filled(host="new.example.org", port="993"))

    assert list(db.session.scalars(select(MailFolder.is_current))) == [False]
    states = list(db.session.scalars(select(LedgerEntry.state).order_by(LedgerEntry.uid)))
    assert states == [LedgerState.STALE, LedgerState.STALE, LedgerState.GONE]


def test_renaming_an_account_forgets_nothing_of_its_server(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)
    with transaction() as session:
        session.add(MailFolder(account_id=added, name="INBOX", uid_validity=7, created_at=clock.now()))

    alice.client.post(edit_url(added), data=filled(name="Sales", password="", port="993", host="MAIL.example.org"))

    assert list(db.session.scalars(select(MailFolder.is_current))) == [True]


def test_the_record_says_which_fields_changed(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team)

    alice.client.post(edit_url(added), data=filled(name="Sales", password="", port="993", fetch_minutes="5"))

    event = events(f"mail-account:{added}")[-1]
    assert event.tag == "mail-account:changed"
    assert event.details["changed"] == ["description", "fetch_minutes", "name"]
    assert event.details["has_new_password"] is False


def test_a_pop_account_keeps_no_folders(alice: Person, site: Site) -> None:
    added = added_account(alice, site.team, protocol=Protocol.POPS)

    assert account(added).folders == []
    assert alice.client.post(edit_url(added), data=filled(protocol="pop", port="")).status_code == 303


def test_an_account_of_another_space_is_not_there(alice: Person, site: Site) -> None:
    other = site.space("OTHER")
    added = added_account(alice, other)

    assert alice.client.get(edit_url(added)).status_code == 404
    assert alice.client.post(edit_url(added), data=filled()).status_code == 404
