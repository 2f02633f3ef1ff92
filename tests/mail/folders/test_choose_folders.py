"""Alice chooses an account's folders from the list that its server gives."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.mail.accounts import add_account, letter
from tests.mail.screens import ACCOUNTS, account, events
from tests.people import Person, Site
from tests.servers.dovecot import DovecotMailbox
from wiki.jobs.progress import Silent
from wiki.mail.fetching import sync
from wiki.mail.transport.endpoint import Protocol

pytestmark = pytest.mark.dovecot


def folders_url(account_id: int) -> str:
    return f"{ACCOUNTS}/{account_id}/folders"


@pytest.fixture
def added(app: Flask, site: Site, dovecot: DovecotMailbox) -> int:
    dovecot.deliver(letter(1))
    dovecot.deliver(letter(2), "Team")
    dovecot.deliver(letter(3), "Team.Climbing")
    dovecot.deliver(letter(4), "Trash")
    return add_account(app, site.team, dovecot)


def fetch(account_id: int) -> str:
    ok, result = sync.fetch(account_id, Silent())
    assert ok, result
    return result


def test_the_list_is_read_from_the_server_and_shown_with_counts(added: int, alice: Person, bob: Person) -> None:
    assert "Read the list from the server" in alice.client.get(folders_url(added)).text

    page = alice.client.post(f"{folders_url(added)}/read", follow_redirects=True).text

    assert 'value="Team.Climbing" checked' in page
    assert 'value="Trash">' in page
    assert "1 message" in page
    assert bob.client.get(folders_url(added)).status_code == 403


def test_just_the_ticked_folders_are_read(added: int, alice: Person) -> None:
    alice.client.post(f"{folders_url(added)}/read")

    answer = alice.client.post(folders_url(added), data={"scope": "these", "folders": ["INBOX", "Team.Climbing"]})

    assert answer.status_code == 303
    assert set(account(added).folders) == {"INBOX", "Team.Climbing"}
    assert fetch(added) == "2 new messages."
    assert events(f"mail-account:{added}")[0].details["changed"] == ["folders"]


def test_all_folders_includes_one_that_is_made_later(added: int, alice: Person, dovecot: DovecotMailbox) -> None:
    alice.client.post(f"{folders_url(added)}/read")
    alice.client.post(folders_url(added), data={"scope": "all", "folders": ["INBOX", "Team.Climbing"]})
    assert set(account(added).left_out) == {"Team", "Trash"}
    assert fetch(added) == "2 new messages."

    dovecot.deliver(letter(5), "Later")

    assert fetch(added) == "1 new message."


def test_a_folder_that_was_renamed_is_told_of_and_the_others_are_read(
    added: int, alice: Person, dovecot: DovecotMailbox
) -> None:
    alice.client.post(f"{folders_url(added)}/read")
    alice.client.post(folders_url(added), data={"scope": "all", "folders": ["INBOX", "Team"]})
    fetch(added)
    with dovecot.other_client() as other:
        assert other.rename("Team", "Group")[0] == "OK"

    assert "There is no folder Team on the server." in fetch(added)


def test_nothing_ticked_is_refused(added: int, alice: Person) -> None:
    alice.client.post(f"{folders_url(added)}/read")

    answer = alice.client.post(folders_url(added), data={"scope": "these"})

    assert answer.status_code == 422
    assert "Choose at least one folder" in answer.text


def test_a_server_that_refuses_is_told_of_in_a_sentence(added: int, alice: Person, app: Flask) -> None:
    app.config["MAIL_ALLOW_HOSTS"] = frozenset()

    answer = alice.client.post(f"{folders_url(added)}/read", follow_redirects=True)

    assert answer.status_code == 200
    assert "Read the list from the server" in answer.text


def test_a_pop_account_has_no_folders_to_choose(app: Flask, site: Site, alice: Person, dovecot: DovecotMailbox) -> None:
    added = add_account(app, site.team, dovecot, Protocol.POP)
    assert alice.client.get(folders_url(added)).status_code == 404
