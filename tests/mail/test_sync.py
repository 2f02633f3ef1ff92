"""Mail comes from real servers into the archive: whole, once, and with a result in words."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.accounts import RealMailbox, add_account, letter
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki import clock
from wiki.blobs.configured import blob_store
from wiki.blobs.local import LocalBlobStore
from wiki.blobs.store import Spooled
from wiki.crypto import seal
from wiki.db import reading, transaction
from wiki.errors import Conflict
from wiki.jobs.lease import lease
from wiki.jobs.progress import Silent
from wiki.mail import network
from wiki.mail.fetching import ledger, sync
from wiki.mail.models import AfterArchiving, LedgerEntry, LedgerState, MailAccount, MailFolder, Message, Tombstone
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.protocol import Limits

POP_AND_IMAP = [Protocol.IMAP, Protocol.IMAPS, Protocol.POP, Protocol.POPS]


def archived(space_id: int) -> list[bytes]:
    with reading() as session:
        names = session.scalars(select(Message.sha256).where(Message.space_id == space_id).order_by(Message.id)).all()
    return [blob_store().read(name) for name in names]


def fetch(account_id: int) -> str:
    ok, result = sync.fetch(account_id, Silent())
    assert ok, result
    return result


def states(account_id: int) -> dict[str, int]:
    with reading() as session:
        rows = session.execute(
            select(LedgerEntry.state, func.count())
            .join(MailFolder)
            .where(MailFolder.account_id == account_id)
            .group_by(LedgerEntry.state)
        ).all()
        return {str(state): number for state, number in rows}


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", POP_AND_IMAP)
def test_every_message_is_archived_byte_for_byte(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    letters = [letter(number) for number in range(1, 6)]
    for each in letters:
        dovecot.deliver(each)
    account = add_account(app, site.team, dovecot, protocol)
    assert fetch(account) == "5 new messages."
    assert sorted(archived(site.team)) == sorted(letters)
    assert sorted(dovecot.messages()) == sorted(letters)


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_second_fetch_brings_only_what_is_new(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    dovecot.deliver(letter(1))
    account = add_account(app, site.team, dovecot, protocol)
    fetch(account)
    assert fetch(account) == "Nothing new."
    dovecot.deliver(letter(2))
    assert fetch(account) == "1 new message."


def test_two_accounts_with_the_same_message_make_one_page_with_two_places(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    imap_mailbox.deliver(letter(1))
    fetch(add_account(app, site.team, imap_mailbox))
    assert fetch(add_account(app, site.team, imap_mailbox, name="Second")) == "Nothing new, 1 already archived."
    assert len(archived(site.team)) == 1


def test_twins_in_one_folder_are_one_message_and_both_may_go(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.DELETE)
    assert fetch(account) == "1 new message, 1 already archived, 2 removed from the server."
    assert imap_mailbox.messages() == []


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_deleting_waits_until_the_delay_has_passed(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    dovecot.deliver(letter(1))
    account = add_account(app, site.team, dovecot, protocol, after_archiving=AfterArchiving.DELETE)
    fetch(account)
    assert len(dovecot.messages()) == 1
    with transaction() as session:
        session.scalars(select(LedgerEntry)).one().archived_at = clock.now() - timedelta(hours=25)
    assert "1 removed" in fetch(account)
    assert dovecot.messages() == []


@pytest.mark.dovecot
def test_a_pop_mailbox_of_many_is_emptied_in_small_sessions(app: Flask, site: Site, dovecot: DovecotMailbox) -> None:
    for number in range(120):
        dovecot.deliver(letter(number))
    account = add_account(app, site.team, dovecot, Protocol.POP, after_archiving=AfterArchiving.DELETE)
    assert fetch(account) == "120 new messages, 120 removed from the server."
    assert dovecot.messages() == []
    assert states(account) == {"gone": 120}


def test_moving_puts_archived_mail_into_the_named_folder(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.MOVE, move_to="Archived")
    fetch(account)
    assert imap_mailbox.messages() == []
    assert imap_mailbox.messages("Archived") == [letter(1)]


def test_mail_is_never_moved_to_where_it_is(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.MOVE, move_to="inbox")
    assert "the folder that it is read from" in fetch(account)
    assert imap_mailbox.messages() == [letter(1)]
    assert fetch(account).startswith("Nothing new.")


def test_what_another_client_marked_deleted_is_not_expunged_by_us(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    for number in (1, 2):
        imap_mailbox.deliver(letter(number))
    account = add_account(app, site.team, imap_mailbox)
    fetch(account)
    with transaction() as session:
        session.get_one(MailAccount, account).after_archiving = AfterArchiving.DELETE
        first = session.scalars(select(LedgerEntry).order_by(LedgerEntry.uid)).first()
        assert first is not None
        first.state, first.attempts, uid = LedgerState.HELD, ledger.MOST_TRIES, first.uid
    with imap_mailbox.other_client() as other:
        other.flag_deleted(str(uid))
    assert "1 removed" in fetch(account)
    assert imap_mailbox.messages() == [letter(1)]


def test_a_damaged_copy_keeps_the_original_on_the_server(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.DELETE)
    fetch(account)
    app.config["MAIL_DELETE_DELAY_HOURS"] = 0
    with reading() as session:
        sha256 = session.scalars(select(Message.sha256)).one()
    (app.config["DATA"] / "blobs" / sha256[:2] / sha256[2:]).write_bytes(b"flipped")
    assert "stays on the server" in fetch(account)
    assert imap_mailbox.messages() == [letter(1)]
    assert states(account) == {"held": 1}


def test_what_was_purged_here_does_not_come_back_and_is_not_deleted_there(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    with transaction() as session:
        session.add(Tombstone(space_id=site.team, sha256=hashlib.sha256(letter(1)).hexdigest(), purged_at=clock.now()))
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.DELETE)
    fetch(account)
    assert archived(site.team) == []
    assert imap_mailbox.messages() == [letter(1)]


def test_a_new_uidvalidity_starts_a_new_epoch_and_doubles_nothing(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.LEAVE)
    fetch(account)
    with transaction() as session:
        session.scalars(select(MailFolder)).one().uid_validity = 4711
        session.get_one(MailAccount, account).after_archiving = AfterArchiving.DELETE
    assert fetch(account) == (
        "Nothing new, 1 already archived. "
        "The server numbers this folder anew, so nothing was removed from it this time."
    )
    assert len(archived(site.team)) == 1
    assert imap_mailbox.messages() == [letter(1)]
    assert states(account) == {"stale": 1, "archived": 1}


def test_a_folder_that_is_missing_is_named_and_the_others_are_fetched(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, folders=["Nowhere", "INBOX"])
    assert fetch(account) == "1 new message. There is no folder Nowhere on the server."


def test_an_inbox_that_is_named_in_two_ways_is_read_once(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, folders=["inbox", "INBOX"])
    assert fetch(account) == "1 new message."


def test_a_wrong_password_is_told_in_one_sentence_without_the_password(
    app: Flask, site: Site, imap_mailbox: RealMailbox
) -> None:
    account = add_account(app, site.team, imap_mailbox, password_sealed=seal("not-the-password"))
    ok, result = sync.fetch(account, Silent())
    assert not ok
    assert "not-the-password" not in result
    with reading() as session:
        row = session.get_one(MailAccount, account)
        assert (row.last_fetch_ok, row.last_result, row.failures) == (False, result, 1)


def test_an_account_is_never_fetched_twice_at_once(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    account = add_account(app, site.team, imap_mailbox)
    with lease(f"mail-account:{account}"), pytest.raises(Conflict):
        sync.fetch(account, Silent())


def test_the_servers_messages_are_all_accounted_for(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    for number in (1, 2, 2, 3):
        imap_mailbox.deliver(letter(number))
    account = add_account(app, site.team, imap_mailbox)
    fetch(account)
    with reading() as session:
        assert ledger.counts(session, account) == {"archived": 3, "duplicates": 1, "set_aside": 0, "gone": 0}


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_message_too_large_for_memory_is_archived_from_a_file(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = letter(1), letter(2, body="a long line\r\n" * 500)
    adopted: list[str] = []
    adopt = LocalBlobStore.adopt

    def noting(store: LocalBlobStore, spooled: Spooled) -> str:
        adopted.append(spooled.sha256)
        return adopt(store, spooled)

    monkeypatch.setattr(LocalBlobStore, "adopt", noting)
    monkeypatch.setattr(network, "fetch_limits", lambda: Limits(batch_octets=2000))
    for each in (small, large):
        dovecot.deliver(each)
    account = add_account(app, site.team, dovecot, protocol)
    assert fetch(account) == "2 new messages."
    assert adopted == [hashlib.sha256(large).hexdigest()]
    assert sorted(archived(site.team)) == sorted([small, large])
    with reading() as session:
        rows = session.execute(select(Message.size, Message.subject).order_by(Message.size)).all()
    assert [tuple(row) for row in rows] == [(len(small), "Letter 1"), (len(large), "Letter 2")]
    assert fetch(account) == "Nothing new."


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_message_beyond_the_limit_is_set_aside_and_counted_with_its_size(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "fetch_limits", lambda: Limits(message_octets=2000))
    large = letter(2, body="a long line\r\n" * 500)
    for each in (letter(1), large):
        dovecot.deliver(each)
    account = add_account(app, site.team, dovecot, protocol)
    assert fetch(account) == "1 new message, 1 set aside."
    with reading() as session:
        (held,) = session.scalars(select(LedgerEntry).where(LedgerEntry.state == LedgerState.HELD))
    assert held.size == len(large)
    assert len(dovecot.messages()) == 2


def test_a_fetch_begins_by_removing_what_a_killed_one_left(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    left = app.config["DATA"] / "blobs" / "incoming" / "of-a-killed-process" / "half-written"
    left.parent.mkdir()
    left.write_bytes(b"half")
    fetch(add_account(app, site.team, imap_mailbox))
    assert not left.parent.exists()
