"""Test Connection: one sentence in place, nothing saved, and no password for anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.accounts import allow, letter
from tests.mail.screens import ACCOUNTS, SECRET, account, added_account, filled
from tests.people import Person, Site
from tests.servers.machine import free_port
from tests.servers.pymap import PymapMailbox
from wiki import clock
from wiki.db import transaction
from wiki.extensions import db
from wiki.mail.models import ConnectionTest, MailAccount
from wiki.mail.transport.endpoint import Protocol

NEW = f"{ACCOUNTS}/new/test"


def typed(mailbox: PymapMailbox, **changes: str) -> dict[str, str]:
    return filled(
        **{
            "name": "",
            "protocol": "imap",
            "host": "localhost",
            "port": str(mailbox.port),
            "username": mailbox.username,
            "password": mailbox.password,
            **changes,
        }
    )


def result_of(page: str) -> str:
    """What stands in the region that the script puts beside the button."""
    return page.partition("data-test-result")[2].partition("</div>\n")[0]


def test_a_good_account_is_told_how_many_messages_its_inbox_holds(
    app: Flask, alice: Person, pymap_server: PymapMailbox
) -> None:
    allow(app, pymap_server)
    pymap_server.deliver(letter(1))
    answer = alice.client.post(NEW, data=typed(pymap_server))

    assert answer.status_code == 200
    assert "notice-success" in answer.text
    assert "1 message" in answer.text


def test_nothing_is_saved_and_what_was_typed_stays_but_for_the_password(
    app: Flask, alice: Person, pymap_server: PymapMailbox
) -> None:
    allow(app, pymap_server)
    page = alice.client.post(NEW, data=typed(pymap_server, description="Kept", folders="Archive")).text

    assert db.session.scalar(select(func.count()).select_from(MailAccount)) == 0
    assert f'value="{pymap_server.username}"' in page
    assert "Kept" in page
    assert "Archive" in page
    assert pymap_server.password not in page
    assert "type it again" in page


def test_a_wrong_password_is_said_at_its_field(app: Flask, alice: Person, pymap_server: PymapMailbox) -> None:
    allow(app, pymap_server)
    page = alice.client.post(NEW, data=typed(pymap_server, password="wrong")).text

    assert "did not accept this username and password" in page
    assert 'id="password-error"' in page


def test_a_port_where_nothing_answers_is_said_in_a_sentence(app: Flask, alice: Person) -> None:
    port = free_port()
    app.config["MAIL_ALLOW_HOSTS"] = frozenset({f"localhost:{port}"})

    page = alice.client.post(NEW, data=filled(protocol="imap", host="localhost", port=str(port))).text

    assert "Nothing answers" in page


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_the_sites_own_network_is_not_knocked_at(alice: Person, host: str) -> None:
    page = alice.client.post(NEW, data=filled(host=host)).text

    assert "notice-error" in page
    assert 'id="host-error"' in page


def test_what_cannot_be_tried_is_said_where_the_script_looks(alice: Person) -> None:
    answer = alice.client.post(NEW, data=filled(host="", name=""))

    assert answer.status_code == 422
    assert "Name the mail server" in result_of(answer.text)
    assert "Give the account a name" not in answer.text


def test_line_breaks_never_reach_a_server(alice: Person) -> None:
    answer = alice.client.post(NEW, data=filled(username="a\r\nA1 DELETE INBOX"))

    assert answer.status_code == 422
    assert "one line of text" in answer.text


def test_the_stored_password_is_used_only_where_it_belongs(
    app: Flask, alice: Person, site: Site, pymap_server: PymapMailbox
) -> None:
    allow(app, pymap_server)
    added = added_account(
        alice,
        site.team,
        protocol=Protocol.IMAP,
        host="localhost",
        port=pymap_server.port,
        username=pymap_server.username,
        password=pymap_server.password,
    )
    url = f"{ACCOUNTS}/{added}/test"

    assert "notice-success" in alice.client.post(url, data=typed(pymap_server, password="")).text
    elsewhere = alice.client.post(url, data=typed(pymap_server, password="", host="127.0.0.1"))
    assert elsewhere.status_code == 422
    assert "nothing is stored that is meant for this server" in elsewhere.text
    assert account(added).host == "localhost"


def test_a_person_may_test_five_times_a_minute(app: Flask, alice: Person, site: Site) -> None:
    with transaction() as session:
        session.add_all(ConnectionTest(user_id=alice.user_id, at=clock.now()) for _ in range(5))

    sixth = alice.client.post(NEW, data=filled(host="127.0.0.1"))
    assert sixth.status_code == 429
    assert "Wait a moment" in result_of(sixth.text)

    with transaction() as session:
        for each in session.scalars(select(ConnectionTest)):
            each.at = clock.now() - timedelta(seconds=61)
    assert alice.client.post(NEW, data=filled(host="127.0.0.1")).status_code == 200


def test_anothers_tests_do_not_count(alice: Person, root: Person) -> None:
    with transaction() as session:
        session.add_all(ConnectionTest(user_id=root.user_id, at=clock.now()) for _ in range(5))

    assert alice.client.post(NEW, data=filled(host="127.0.0.1")).status_code == 200


def test_a_get_tests_nothing(alice: Person) -> None:
    assert alice.client.get(NEW).status_code == 405


def test_no_page_holds_the_typed_password(alice: Person) -> None:
    for changes in ({}, {"host": ""}, {"host": "127.0.0.1"}):
        assert SECRET not in alice.client.post(NEW, data=filled(**changes, port="143")).text
