"""Alice sets a mail account up for her space."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.mail.screens import ACCOUNTS, SECRET, added_account, events, filled
from tests.people import Person, Site
from wiki import settings
from wiki.crypto import unseal
from wiki.db import transaction
from wiki.errors import Invalid, NotAllowed
from wiki.extensions import db
from wiki.jobs.models import JobRequest
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Protocol


def stored() -> list[MailAccount]:
    return list(db.session.scalars(select(MailAccount)))


def test_alice_adds_an_account_and_finds_it_in_the_list(alice: Person) -> None:
    answer = alice.client.post(f"{ACCOUNTS}/new", data=filled())

    assert (answer.status_code, answer.location) == (303, ACCOUNTS)
    [added] = stored()
    assert (added.name, added.protocol, added.host, added.port) == ("Support", "imaps", "mail.example.org", 993)
    page = alice.client.get(ACCOUNTS).text
    assert "IMAPS mail.example.org" in page
    assert "Enabled" in page


def test_the_password_is_sealed_and_is_on_no_page_and_no_record(alice: Person) -> None:
    alice.client.post(f"{ACCOUNTS}/new", data=filled())

    [added] = stored()
    assert added.password_sealed is not None
    assert SECRET.encode() not in added.password_sealed
    assert unseal(added.password_sealed) == SECRET
    for url in (ACCOUNTS, f"{ACCOUNTS}/{added.id}/edit"):
        assert SECRET not in alice.client.get(url).text
    [event] = events(f"mail-account:{added.id}")
    assert event.tag == "mail-account:added"
    assert SECRET not in str(event.details)


def test_a_refused_form_keeps_what_was_typed_but_never_the_password(alice: Person) -> None:
    answer = alice.client.post(f"{ACCOUNTS}/new", data=filled(port="99999"))

    assert answer.status_code == 422
    assert 'value="mail.example.org"' in answer.text
    assert SECRET not in answer.text
    assert not stored()


@pytest.mark.parametrize("protocol", list(Protocol))
def test_an_empty_port_becomes_the_protocols_own(alice: Person, protocol: Protocol) -> None:
    alice.client.post(f"{ACCOUNTS}/new", data=filled(protocol=protocol.value, port=""))

    [added] = stored()
    assert added.port == DEFAULT_PORTS[protocol]


IMPOSSIBLE = [
    ("name", "  ", "Give the account a name"),
    ("name", "n" * 256, "255"),
    ("host", "", "Name the mail server"),
    ("host", "mail.example.org\r\nX: y", "only the name of the mail server"),
    ("host", "mail example org", "only the name of the mail server"),
    ("host", "https://mail.example.org/", "only the name of the mail server"),
    ("port", "0", "from 1 to 65535"),
    ("port", "65536", "from 1 to 65535"),
    ("port", "imap", "from 1 to 65535"),
    ("port", "9" * 5000, "from 1 to 65535"),
    ("username", "", "user name"),
    ("username", "support\r\nA1 LOGOUT", "one line of text"),
    ("username", "support\0", "one line of text"),
    ("password", "", "Type the password"),
    ("password", "secret\r\nDELE 1", "one line of text"),
    ("protocol", "smtp", "valid choice"),
    ("folders", "", "at least one folder"),
    ("folders", "IN\0BOX", "one folder on each line"),
    ("folders", "\n".join(f"folder {number}" for number in range(1001)), "at most 1000"),
    ("folders", "f" * 256, "one folder on each line"),
    ("fetch_minutes", "0", "minutes"),
    ("fetch_minutes", "-5", "minutes"),
    ("fetch_minutes", "", "whole number of minutes"),
    ("fetch_minutes", "often", "whole number of minutes"),
    ("fetch_minutes", "100000", "minutes"),
    ("after_archiving", "burn", "valid choice"),
]


def test_what_cannot_be_is_refused_in_a_sentence(alice: Person) -> None:
    for field, value, words in IMPOSSIBLE:
        answer = alice.client.post(f"{ACCOUNTS}/new", data=filled(**{field: value}))

        assert (answer.status_code, words in answer.text) == (422, True), (field, value[:40])
    assert not stored()


def test_moving_needs_imap_and_a_folder_that_is_not_read(alice: Person) -> None:
    for changes, words in (
        ({"protocol": "pops"}, "POP has no folders"),
        ({"move_to": ""}, "Name the folder"),
        ({"move_to": "INBOX"}, "Mail is read from this folder"),
        ({"move_to": "inbox"}, "Mail is read from this folder"),
        ({"folders": "Inbox", "move_to": "INBOX"}, "Mail is read from this folder"),
    ):
        answer = alice.client.post(
            f"{ACCOUNTS}/new", data=filled(after_archiving="move", **{"move_to": "Archived", **changes})
        )
        assert answer.status_code == 422
        assert words in answer.text
    assert not stored()


def test_folders_are_kept_one_a_line_and_each_once(alice: Person) -> None:
    alice.client.post(f"{ACCOUNTS}/new", data=filled(folders=" INBOX \r\n\r\nSent Items\r\nINBOX\r\n"))

    assert stored()[0].folders == ["INBOX", "Sent Items"]


def test_the_inbox_is_one_folder_however_it_is_written_and_others_are_not(alice: Person) -> None:
    alice.client.post(f"{ACCOUNTS}/new", data=filled(folders="Inbox\r\nsent\r\nINBOX\r\nSent\r\n\u0131nbox"))

    assert stored()[0].folders == ["INBOX", "sent", "Sent", "\u0131nbox"]


def test_leaving_mail_on_the_server_is_the_answer_unless_a_clone_is_declared(alice: Person) -> None:
    ordinary = alice.client.get(f"{ACCOUNTS}/new").text
    clone = alice.client.get(f"{ACCOUNTS}/new?clone=yes").text

    assert [answer for answer in AfterArchiving if is_checked(ordinary, answer)] == [AfterArchiving.LEAVE]
    assert [answer for answer in AfterArchiving if is_checked(clone, answer)] == [AfterArchiving.DELETE]


def is_checked(page: str, answer: AfterArchiving) -> bool:
    [control] = [part for part in page.split("<input")[1:] if f'value="{answer.value}"' in part.split(">")[0]]
    return "checked" in control.split(">")[0]


def test_the_form_says_when_mail_is_deleted_on_the_server(app: Flask, alice: Person) -> None:
    app.config["MAIL_DELETE_DELAY_HOURS"] = 36

    assert "36 hours after it was archived" in alice.client.get(f"{ACCOUNTS}/new").text


@pytest.mark.parametrize(
    ("preset", "host", "need"),
    [
        ("gmail", "imap.gmail.com", "app password"),
        ("yahoo", "imap.mail.yahoo.com", "app password"),
        ("microsoft", "outlook.office365.com", "OAuth 2.0"),
        ("icloud", "imap.mail.me.com", "app-specific password"),
        ("fastmail", "imap.fastmail.com", "app password"),
    ],
)
def test_a_provider_fills_the_server_in_and_says_what_it_needs(
    alice: Person, preset: str, host: str, need: str
) -> None:
    page = alice.client.get(f"{ACCOUNTS}/new?preset={preset}").text

    assert f'value="{host}"' in page
    assert 'value="993"' in page
    assert need in page


@pytest.mark.parametrize(
    ("theme", "path"),
    [
        ("default", "Space tools › Integrations › Mail Accounts"),
        ("documentation", "Browse › Space Admin › Integration › Mail Accounts"),
    ],
)
def test_the_form_names_the_way_to_it_in_the_readers_theme(site: Site, root: Person, theme: str, path: str) -> None:
    site.space("BOOK", theme=theme)

    assert path in root.client.get("/spaces/BOOK/integrations/mail-accounts/new").text


def test_a_personal_space_gets_no_account_from_the_service(site: Site, bob: Person) -> None:
    personal = site.space("~bob", owner=bob)

    with pytest.raises(NotAllowed):
        added_account(bob, personal)
    assert not stored()


def test_the_service_refuses_what_no_form_would_send(site: Site, alice: Person) -> None:
    with pytest.raises(Invalid) as refusal:
        added_account(alice, site.team, name="", host="a b", password="", folders=(), fetch_minutes=0)

    assert set(refusal.value.errors) == {"name", "host", "password", "folders", "fetch_minutes"}


def test_nobody_can_slip_in_what_the_form_does_not_ask(site: Site, alice: Person) -> None:
    other = site.space("OTHER")
    alice.client.post(f"{ACCOUNTS}/new", data=filled(space_id=str(other), is_enabled="", id="77"))

    [added] = stored()
    assert (added.space_id, added.is_enabled, added.id != 77) == (site.team, True, True)


def test_the_first_fetch_is_asked_for_at_once(alice: Person) -> None:
    alice.client.post(f"{ACCOUNTS}/new", data=filled())

    [added] = stored()
    [request] = db.session.scalars(select(JobRequest))
    assert (request.job, request.arguments) == ("mail.fetch", {"account_id": added.id})


def test_while_the_archive_is_off_no_account_can_be_added(alice: Person) -> None:
    with transaction():
        settings.put("mail.enabled", value=False)

    assert alice.client.get(f"{ACCOUNTS}/new").status_code == 404
    assert alice.client.post(f"{ACCOUNTS}/new", data=filled()).status_code == 404
    assert not stored()
