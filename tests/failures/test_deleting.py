"""What may be deleted on a server: only what is archived, only by its UID, only what we flagged ourselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.failures.rows import shows
from tests.failures.world import AnyScript, World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import first, leaving_out, on, once, then
from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_pop import PopScript
from wiki import settings
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.models import Certificate
from wiki.mail.certificates.service import ASKED_FOR
from wiki.mail.fetching import deletion, pop_deletion
from wiki.mail.models import AfterArchiving, LedgerState, MailAccount, Message

LETTERS = [letter(number) for number in range(1, 6)]
KINDS = {"imap": mailbox, "pop": maildrop}


@shows("seen before stored")
def test_fetching_changes_nothing_on_the_server(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        world.fetch(world.account(server))
        commands = b"\n".join(server.heard)
    assert b"BODY.PEEK[]" in commands
    assert not any(word in commands for word in (b"BODY[", b"RFC822]", b"STORE", b"SELECT", b"EXPUNGE", b"CLOSE"))


@shows("seen before stored")
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_while_storing_leaves_nothing_marked_as_done(
    world_alone: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_alone
    script: AnyScript = KINDS[kind](LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        with monkeypatch.context() as patch:
            patch.setattr("wiki.blobs.local._sync", _no_space)
            assert "nothing was removed" in world.fail(account)
        assert script.removed == []
        assert world.states(account) == {}
        world.fetch(account)
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)


def _no_space(*_arguments: object) -> None:
    raise OSError(28, "No space left on device")


@shows("sequence numbers in delete")
def test_messages_are_deleted_by_uid_while_others_make_the_sequence_numbers_move(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.messages[6] = letter(6)
        script.behaviours = [on(b"UID STORE", first(lambda: script.messages.pop(1, None)))]
        world.fetch(account)
        world.assert_each_once([*LETTERS, letter(6)])
        world.assert_nothing_lost([*LETTERS, letter(6)], script)
        about_removal = [line for line in server.heard if b"STORE" in line or b"EXPUNGE" in line]
        assert about_removal
        assert all(b" UID " in line for line in about_removal)


@shows("foreign deleted mail")
def test_what_another_program_marked_as_deleted_outlives_our_deleting_and_our_leaving(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        script.messages[6] = foreign = letter(6)
        script.behaviours = [on(b"UID FETCH", lambda _command, honest: [*honest()][-1:], having=b"6 ")]
        script.flagged.add(6)
        assert "5 removed" in world.fetch(account) or "set aside" in world.fetch(account)
        assert foreign in script.messages.values()
        assert not any(b" EXPUNGE" in line and b"UID EXPUNGE" not in line for line in server.heard)
        assert not any(line.endswith(b" CLOSE") for line in server.heard)


@shows("unarchived mail deleted")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", ["the row", "the blob", "one bit"])
def test_a_message_that_the_archive_lost_is_not_deleted_on_the_server(world_alone: World, kind: str, loss: str) -> None:
    world = world_alone
    script: AnyScript = KINDS[kind](LETTERS[:1])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        with transaction() as session:
            row = session.scalars(select(Message)).one()
            name = row.sha256
            if loss == "the row":
                session.delete(row)
        if loss != "the row":
            path = world.app.config["DATA"] / "blobs" / name[:2] / name[2:]
            content = path.read_bytes()
            path.unlink()
            if loss == "one bit":
                path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
                assert not blob_store().verify(name)
        world.try_to_fetch(account)
        assert list(script.messages.values()) == LETTERS[:1]
        assert script.removed == []


@shows("unarchived mail deleted")
def test_held_mail_is_never_deleted_however_old(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        with transaction() as session:
            entry = world.entries(session, account)[0]
            entry.state, entry.attempts = LedgerState.HELD, 99
        world.fetch(account)
        assert list(script.messages.values()) == LETTERS[:1]


@shows("unarchived mail deleted")
def test_a_certificate_that_is_unclean_later_stops_what_an_earlier_one_allowed(world: World) -> None:
    script = mailbox(LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        assert certify(account, Silent(), ASKED_FOR)[0]
        script.messages[6], script.messages[7] = letter(6), letter(7)
        script.behaviours = [leaving_out(6)]
        world.fetch(account)
        assert not certify(account, Silent(), ASKED_FOR)[0]
        world.delete_from_server(account)
        assert "Nothing is removed from INBOX" in world.fetch(account)
        assert script.removed == []
        script.behaviours = ()
        world.next_day(account)
        world.fetch(account)
        assert script.messages == {}
        world.assert_each_once([*LETTERS, letter(6), letter(7)])


@shows("unarchived mail deleted")
@pytest.mark.parametrize("kind", KINDS)
def test_the_certificate_of_an_empty_mailbox_allows_nothing_for_the_mail_that_comes_later(
    world: World, kind: str
) -> None:
    script: AnyScript = KINDS[kind]([])
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        for _ in range(3):
            world.fetch(account)
        assert certificates(account) == [0]
        arrived = KINDS[kind](LETTERS)
        script.messages = arrived.messages
        if isinstance(script, PopScript) and isinstance(arrived, PopScript):
            script.uidls = arrived.uidls
        world.fetch(account)
        assert certificates(account) == [0, 5]
        world.assert_nothing_lost(LETTERS, script)


def certificates(account: int) -> list[int]:
    """How many messages each certificate of the account counted on the server."""
    with reading() as session:
        of_account = select(Certificate.on_server).where(Certificate.account_id == account, Certificate.is_clean)
        return list(session.scalars(of_account.order_by(Certificate.id)))


def leave(account: MailAccount) -> None:
    account.after_archiving = AfterArchiving.LEAVE


def move(account: MailAccount) -> None:
    account.after_archiving, account.move_to = AfterArchiving.MOVE, "Kept"


def disable(account: MailAccount) -> None:
    account.is_enabled = False


def choose_another_folder(account: MailAccount) -> None:
    account.folders = ["Lists"]


def switch_mail_off(_account: MailAccount) -> None:
    settings.put("mail.enabled", False)


@shows("unarchived mail deleted")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decide", [leave, move, disable, choose_another_folder, switch_mail_off])
def test_what_people_decide_during_a_fetch_stops_its_deleting(
    world_alone: World, kind: str, decide: Callable[[MailAccount], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_alone
    monkeypatch.setattr(deletion, "AT_ONCE", 2)
    monkeypatch.setattr(pop_deletion, "DELETIONS_A_SESSION", 2)
    script: AnyScript = KINDS[kind](LETTERS)

    def change_their_mind() -> None:
        with world.app.app_context(), transaction() as session:
            decide(session.scalars(select(MailAccount)).one())

    script.behaviours = [on(name, once(then(change_their_mind))) for name in (b"UID EXPUNGE", b"QUIT")]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        assert "so nothing more was removed from the server" in world.fetch(account)
        assert len(script.removed) == 2
        world.assert_each_once(LETTERS)
        world.assert_nothing_lost(LETTERS, script)
        assert "delete-pending" not in world.states(account)


@shows("crash before delete")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", [LedgerState.ARCHIVED, LedgerState.DELETE_PENDING])
@pytest.mark.parametrize("is_gone", [True, False], ids=["deleted", "not deleted"])
def test_a_deletion_that_nobody_knows_the_end_of_is_settled_by_asking_the_server(
    world: World, kind: str, state: LedgerState, is_gone: bool
) -> None:
    script: AnyScript = KINDS[kind](LETTERS)
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        world.delete_from_server(account)
        with transaction() as session:
            for entry in world.entries(session, account):
                entry.state = state
        if is_gone:
            del script.messages[1]
            if not isinstance(script, type(mailbox([]))):
                script.uidls = {number: uidl for number, uidl in (script.uidls or {}).items() if number != 1}
        world.fetch(account)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        assert script.messages == {}
