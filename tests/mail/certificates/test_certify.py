"""A certificate says whether everything on a mail server is in the archive, and what is not, on real servers."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.mail.accounts import RealMailbox, add_account, letter
from tests.mail.screens import ACCOUNTS, events
from tests.people import Person, Site
from tests.servers.dovecot import DovecotMailbox
from wiki import clock
from wiki.db import reading, transaction
from wiki.jobs.lease import lease
from wiki.jobs.progress import Silent
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.models import Certificate
from wiki.mail.certificates.service import ASKED_FOR
from wiki.mail.fetching import sync
from wiki.mail.models import AfterArchiving, LedgerEntry, MailAccount, MailFolder, Message, Tombstone
from wiki.mail.transport.endpoint import Protocol

HUGE = letter(9, body="x" * 9_000_000)
DIFFERENT = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])


def fetch(account: int) -> str:
    ok, result = sync.fetch(account, Silent())
    assert ok, result
    return result


def newest() -> Certificate:
    with reading() as session:
        found = session.scalars(select(Certificate).order_by(Certificate.id.desc()).limit(1)).one()
        session.expunge(found)
        return found


def flask(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=list(command))


@pytest.mark.dovecot
@DIFFERENT
def test_a_mailbox_with_duplicates_and_set_aside_messages_is_accounted_for(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    app.config["MAIL_MAX_MESSAGE_MB"] = 8
    for each in (letter(1), letter(2), letter(2), HUGE):
        dovecot.deliver(each)
    account = add_account(app, site.team, dovecot, protocol)
    fetch(account)

    assert certify(account, Silent(), ASKED_FOR) == (True, "Every message on the server is accounted for.")

    made = newest()
    assert (made.on_server, made.archived, made.duplicates, made.set_aside) == (4, 2, 1, 1)
    assert made.hashes_read == 2
    assert made.is_clean
    told = {line["kind"]: line for line in made.differences}
    assert "too many" in str(told["set aside"]["text"])
    with reading() as session:
        assert told["duplicate"]["message"] in session.scalars(select(Message.id)).all()
    assert events(f"mail-account:{account}")[-1].tag == "mail-account:certified"


@pytest.mark.dovecot
@DIFFERENT
def test_what_is_new_what_is_gone_and_what_was_purged_are_told_apart(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    for number in (1, 2, 3):
        dovecot.deliver(letter(number))
    account = add_account(app, site.team, dovecot, protocol)
    fetch(account)
    with dovecot.other_client() as other:
        other.expunge_now("1")
    with transaction() as session:
        third = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        session.add(Tombstone(space_id=site.team, sha256=third.sha256, purged_at=clock.now()))
        session.delete(third)
    dovecot.deliver(letter(4))

    assert certify(account, Silent(), ASKED_FOR)[0]

    made = newest()
    assert (made.on_server, made.archived, made.purged, made.arrived, made.gone_elsewhere) == (3, 1, 1, 1, 1)


def test_a_message_that_the_ledger_does_not_have_is_unexplained(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    for number in (1, 2):
        imap_mailbox.deliver(letter(number))
    account = add_account(app, site.team, imap_mailbox)
    fetch(account)
    with transaction() as session:
        session.delete(session.scalars(select(LedgerEntry).order_by(LedgerEntry.uid)).first())

    assert certify(account, Silent(), ASKED_FOR) == (False, "INBOX has messages that cannot be accounted for.")

    made = newest()
    assert (made.on_server, made.archived, made.unexplained) == (2, 1, 1)
    assert str(made.differences[0]["where"]).endswith("1")


@DIFFERENT
@pytest.mark.dovecot
def test_a_missing_or_flipped_stored_copy_is_found(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    for number in (1, 2, 3):
        dovecot.deliver(letter(number))
    account = add_account(app, site.team, dovecot, protocol)
    fetch(account)
    with reading() as session:
        first, second, _ = session.scalars(select(Message.sha256).order_by(Message.id)).all()
    blobs = app.config["DATA"] / "blobs"
    (blobs / first[:2] / first[2:]).unlink()
    (blobs / second[:2] / second[2:]).write_bytes(b"flipped")

    assert not certify(account, Silent(), ASKED_FOR)[0]

    assert (newest().archived, newest().unexplained) == (1, 2)


@pytest.mark.dovecot
@DIFFERENT
def test_nothing_is_removed_before_a_certificate_is_clean_and_the_fetch_makes_it_itself(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    for number in (1, 2):
        dovecot.deliver(letter(number))
    account = add_account(app, site.team, dovecot, protocol, after_archiving=AfterArchiving.LEAVE)
    fetch(account)
    with transaction() as session:
        lost = session.scalars(select(Message).order_by(Message.id).limit(1)).one().sha256
        session.get_one(MailAccount, account).after_archiving = AfterArchiving.DELETE
    blob = app.config["DATA"] / "blobs" / lost[:2] / lost[2:]
    content = blob.read_bytes()
    blob.unlink()

    assert "Nothing is removed from" in fetch(account)
    assert len(dovecot.messages()) == 2
    with reading() as session:
        assert "not every message" in session.get_one(MailAccount, account).deletion_paused
    assert "mail-account:deletion-paused" in [event.tag for event in events(f"mail-account:{account}")]

    blob.write_bytes(content)
    assert "2 removed from the server" in fetch(account)
    assert dovecot.messages() == []
    with reading() as session:
        assert session.get_one(MailAccount, account).deletion_paused == ""


def test_a_folder_that_is_numbered_anew_needs_another_certificate(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox)
    fetch(account)
    assert certify(account, Silent(), ASKED_FOR)[0]
    with transaction() as session:
        session.scalars(select(MailFolder)).one().uid_validity = 4711

    assert not certify(account, Silent(), ASKED_FOR)[0]
    assert "numbers this folder anew" in str(newest().differences[0]["text"])


def test_an_account_that_was_never_fetched_has_nothing_to_certify(
    app: Flask, site: Site, pymap_server: RealMailbox
) -> None:
    account = add_account(app, site.team, pymap_server)
    assert certify(account, Silent(), ASKED_FOR) == (
        False,
        "INBOX was never fetched, so there is nothing to compare yet.",
    )


def test_the_command_prints_a_table_and_fails_when_not_clean(app: Flask, site: Site, pymap_server: RealMailbox) -> None:
    pymap_server.deliver(letter(1))
    account = add_account(app, site.team, pymap_server)
    fetch(account)

    done = flask(app, "mail", "certify", str(account))
    assert done.exit_code == 0, done.output
    assert "Set aside" in done.output
    assert "INBOX: Every message on the server is in the archive." in done.output

    with transaction() as session:
        session.delete(session.scalars(select(LedgerEntry)).one())
    done = flask(app, "mail", "certify", str(account), "--json")
    assert done.exit_code == 1
    [folder] = json.loads(done.stdout)["folders"]
    assert (folder["on_server"], folder["unexplained"], folder["is_clean"]) == (1, 1, False)

    with lease(f"mail-account:{account}"):
        assert "being fetched just now" in flask(app, "mail", "certify", str(account)).output


def test_alice_asks_for_a_certificate_and_sees_what_it_says(
    app: Flask, site: Site, alice: Person, bob: Person, pymap_server: RealMailbox
) -> None:
    pymap_server.deliver(letter(1))
    account = add_account(app, site.team, pymap_server, after_archiving=AfterArchiving.DELETE)
    page = f"{ACCOUNTS}/{account}"
    assert "There is none yet" in alice.client.get(page).text
    assert "before the first fetch" in alice.client.get(page).text

    assert alice.client.post(f"{page}/certify").status_code == 303
    assert "Waiting to begin" in alice.client.get(page).text

    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    fetch(account)
    shown = alice.client.get(page).text
    assert "Every message on the server is in the archive." in shown
    assert "Nothing is removed" not in shown
    assert bob.client.get(page).status_code == 403
