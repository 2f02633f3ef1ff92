"""What providers are known for: sizes that are not exact, labels, parts of a mailbox, and nothing that changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.failures.world import World, mailbox, maildrop
from tests.mail.accounts import add_account, letter
from tests.mail.screens import ACCOUNTS, MAIL, events, filled
from tests.people import Person, Site
from tests.servers.dovecot import DovecotMailbox
from tests.servers.hostile import changing, hanging_up_afterwards, on
from tests.servers.lies import too_long
from tests.servers.scripted import PASSWORD, USERNAME, ScriptedServer
from tests.servers.scripted_imap import honest
from wiki import clock
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail import jobs
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.service import ASKED_FOR
from wiki.mail.fetching import sync
from wiki.mail.models import AfterArchiving, LedgerEntry, MailAccount, MailFolder, Message

LETTERS = [letter(number) for number in range(1, 4)]


@pytest.fixture
def world(app: Flask, site: Site) -> World:
    return World(app, site)


@pytest.mark.parametrize("kind", ["imap", "pop"])
def test_sizes_that_are_not_exact_are_allowed_by_an_administrator_and_such_mail_stays_there(
    world: World, alice: Person, kind: str
) -> None:
    script = (
        mailbox(LETTERS, answer=too_long) if kind == "imap" else maildrop(LETTERS, sizes=dict.fromkeys((1, 2, 3), 9))
    )
    with ScriptedServer(script) as server:
        account = world.account(server)
        for _ in range(4):
            world.fetch(account)
        assert world.archived() == []
        assert len(world.set_aside()) == 3

        form = filled(
            protocol=kind, host="localhost", port=str(server.port), username=USERNAME, password=PASSWORD,
            allows_inexact_sizes="y", after_archiving="delete",
        )  # fmt: skip
        answer = alice.client.post(f"{ACCOUNTS}/{account}/edit", data=form, follow_redirects=True)
        assert "This server reports inexact sizes" in answer.text

        assert world.fetch(account) == "3 new messages."
        world.assert_each_once(LETTERS)
        assert world.fetch(account) == "Nothing new."
        assert script.removed == []
        assert world.states(account) == {"held": 3}
        assert certify(account, Silent(), ASKED_FOR)[0]


def test_a_message_shows_where_it_was_and_which_labels_it_had(world: World, alice: Person) -> None:
    labelled = b'X-GM-LABELS ("\\\\Inbox" "Stairs") BODY[]'
    script = mailbox(
        LETTERS[:1],
        capabilities=b"IMAP4rev1 UIDPLUS MOVE X-GM-EXT-1",
        answer=lambda uid, content: honest(uid, content).replace(b"BODY[]", labelled),
        others={b"All Mail": {4: LETTERS[0]}},
    )
    with ScriptedServer(script) as server:
        account = world.account(server, folders=["INBOX", "All Mail"])
        assert world.fetch(account) == "1 new message, 1 already archived."
    with reading() as session:
        message = session.scalars(select(Message.id)).one()
    page = alice.client.get(f"{MAIL}/{message}").text
    assert "Where it was" in page
    assert "Support, All Mail" in page
    assert "Support, INBOX" in page
    assert "Stairs" in page


def test_a_pop_server_that_shows_a_part_of_a_maildrop_loses_nothing(world: World) -> None:
    world.app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    newer = [letter(number) for number in range(11, 15)]
    script = maildrop([*LETTERS, *newer])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        with transaction() as session:
            first = select(Message.sha256).order_by(Message.id).limit(3)
            old = update(LedgerEntry).where(LedgerEntry.sha256.in_(first))
            session.execute(old.values(archived_at=clock.now() - timedelta(hours=25)))
        world.delete_from_server(account)
        script.behaviours = [on(b"QUIT", hanging_up_afterwards)]
        world.fail(account)
        assert world.states(account) == {"archived": 4, "delete-pending": 3}

        whole, ids = script.messages, script.uidls
        script.messages, script.uidls = {1: newer[0]}, {1: (ids or {})[1]}
        script.behaviours = ()
        world.fetch(account)
        assert world.states(account) == {"archived": 4, "delete-pending": 3}, "a part of the maildrop proves nothing"

        script.messages, script.uidls = whole, ids
        world.fetch(account)
        world.fetch(account)
        assert world.states(account) == {"archived": 4, "gone": 3}
        world.assert_each_once([*LETTERS, *newer])


@pytest.mark.dovecot
def test_while_nothing_has_changed_a_folder_is_not_listed_once_a_day(
    app: Flask, site: Site, dovecot: DovecotMailbox
) -> None:
    for each in LETTERS:
        dovecot.deliver(each)
    account = add_account(app, site.team, dovecot)
    long_ago = clock.now() - timedelta(days=2)

    def is_listed_again() -> bool:
        with transaction() as session:
            session.scalars(select(MailFolder)).one().listed_at = long_ago
        assert sync.fetch(account, Silent()) == (True, "Nothing new.")
        with reading() as session:
            return session.scalars(select(MailFolder.listed_at)).one() != long_ago

    sync.fetch(account, Silent())
    assert not is_listed_again()
    with dovecot.other_client() as other:
        other.flag_deleted("1")
    assert is_listed_again()


def test_a_server_that_shows_fewer_than_it_has_is_told_of_and_gets_no_clean_certificate(world: World) -> None:
    script = mailbox(LETTERS, behaviours=[changing(lambda piece: piece.replace(b"* 3 EXISTS", b"* 12000 EXISTS"))])
    with ScriptedServer(script) as server:
        account = world.account(server)
        assert "says that INBOX has 12,000 messages and shows 3" in world.fetch(account)
        assert not certify(account, Silent(), ASKED_FOR)[0]
        world.delete_from_server(account)
        assert "Nothing is removed from INBOX" in world.fetch(account)
        assert script.removed == []


def test_an_account_that_was_disabled_while_its_fetch_waited_is_not_fetched(world: World) -> None:
    with ScriptedServer(mailbox(LETTERS)) as server:
        account = world.account(server)
        with transaction() as session:
            session.get_one(MailAccount, account).is_enabled = False
        [job] = [each for each in jobs.JOBS if each.name == "mail.fetch"]
        assert "disabled meanwhile" in str(job.run({"account_id": account}, Silent()))
        assert world.archived() == []


@pytest.mark.parametrize(
    ("kind", "way"),
    [("imap", AfterArchiving.DELETE), ("imap", AfterArchiving.MOVE), ("pop", AfterArchiving.DELETE)],
    ids=["deleting", "moving", "pop"],
)
def test_too_many_held_messages_stop_every_way_of_removing_and_the_page_says_so(
    world: World, alice: Person, kind: str, way: AfterArchiving
) -> None:
    script = (
        mailbox(LETTERS, answer=lambda uid, content: (too_long if uid == 2 else honest)(uid, content))
        if kind == "imap"
        else maildrop(LETTERS, sizes={2: 9})
    )
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account, way, "Archived" if way is AfterArchiving.MOVE else "")
        assert "Too many messages were set aside" in world.fetch(account)
        assert script.removed == []
    assert "Too many messages were set aside" in alice.client.get(f"{ACCOUNTS}/{account}").text
    assert "mail-account:deletion-paused" in [event.tag for event in events(f"mail-account:{account}")]
