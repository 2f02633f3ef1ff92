"""What the ledger knows of a server's messages, when servers do not keep to the rules."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.mail.accounts import RealMailbox, add_account, letter
from tests.people import Site
from wiki.db import reading, transaction
from wiki.errors import Conflict
from wiki.jobs.lease import lease
from wiki.jobs.progress import Silent
from wiki.mail.fetching import ledger, pop_ledger, sync
from wiki.mail.fetching.ledger import Failed, Item
from wiki.mail.fetching.plan import Plan, Run
from wiki.mail.models import AfterArchiving, LedgerEntry, LedgerState, MailAccount, MailFolder
from wiki.mail.store import Stored

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def folder(app: Flask, site: Site, pymap_server: RealMailbox) -> int:
    account = add_account(app, site.team, pymap_server)
    with transaction() as session:
        return pop_ledger.enter_maildrop(session, account)


def states(folder: int) -> list[str]:
    with reading() as session:
        return sorted(session.scalars(select(LedgerEntry.state).where(LedgerEntry.folder_id == folder)))


def test_twins_that_share_a_uidl_and_come_short_together_are_held_once(folder: int) -> None:
    with transaction() as session:
        ledger.note_failed(session, folder, [Failed(Item(10, uidl="u"), "short", ONE)] * 2)
    assert states(folder) == [LedgerState.HELD]


def test_twins_of_which_one_came_short_are_both_whole_the_next_time(folder: int) -> None:
    item = Item(10, uidl="u")
    with transaction() as session:
        ledger.note_archived(session, folder, [item], [Stored(ONE, 1, is_new=True)])
        ledger.note_failed(session, folder, [Failed(item, "short", None)])
    for _ in range(2):
        with transaction() as session:
            ledger.note_archived(session, folder, [item, item], [Stored(ONE, 1, is_new=False)] * 2)
    assert states(folder) == [LedgerState.ARCHIVED]


def test_a_maildrop_that_leads_to_another_server_knows_nothing_of_it(folder: int) -> None:
    with transaction() as session:
        ledger.note_archived(session, folder, [Item(7, uidl="1")], [Stored(ONE, 1, is_new=True)])
        session.execute(update(LedgerEntry).values(state=LedgerState.STALE))
        account_id = session.get_one(MailFolder, folder).account_id
        session.execute(update(MailFolder).values(is_current=False))
        anew = pop_ledger.enter_maildrop(session, account_id)
        assert anew != folder
        assert pop_ledger.known_uidls(session, anew) == {}


def test_a_uidnext_that_goes_back_during_the_first_pass_starts_a_new_epoch(folder: int) -> None:
    with transaction() as session:
        account_id = session.get_one(MailFolder, folder).account_id
        first = ledger.enter_folder(session, account_id, "Lists", 1, 500)
        again = ledger.enter_folder(session, account_id, "Lists", 1, 20)
    assert not first.has_restarted
    assert again.has_restarted


def test_a_fetch_writes_nothing_more_once_the_account_leads_elsewhere(
    app: Flask, site: Site, pymap_server: RealMailbox
) -> None:
    account_id = add_account(app, site.team, pymap_server)
    plan = Plan(account_id, site.team, pymap_server.endpoint(), ("INBOX",), AfterArchiving.LEAVE, "", None, 0)  # type: ignore[arg-type]
    with lease("a fetch") as held:
        run = Run(plan, held, Silent())
        with run.writing():
            pass
        with transaction() as session:
            session.get_one(MailAccount, account_id).generation += 1
        with pytest.raises(Conflict), run.writing():
            pass


def test_a_reused_uid_of_another_size_costs_no_mail(app: Flask, site: Site, imap_mailbox: RealMailbox) -> None:
    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    imap_mailbox.deliver(letter(1))
    account = add_account(app, site.team, imap_mailbox, after_archiving=AfterArchiving.DELETE)
    sync.fetch(account, Silent())
    app.config["MAIL_DELETE_DELAY_HOURS"] = 0
    with transaction() as session:
        session.scalars(select(LedgerEntry)).one().size += 1
    assert "other messages under known numbers" in sync.fetch(account, Silent())[1]
    assert imap_mailbox.messages() == [letter(1)]
