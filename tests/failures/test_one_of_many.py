"""One message, one account or one process in trouble does not hold up the others."""

from __future__ import annotations

import threading

import pytest

from tests.failures.rows import shows
from tests.failures.world import AnyScript, World, mailbox, maildrop
from tests.mail.accounts import letter
from tests.servers.hostile import hanging_up, in_connection, on, once, saying, then
from tests.servers.scripted import ScriptedServer
from wiki.errors import Conflict
from wiki.jobs.progress import Silent
from wiki.mail.fetching import sync
from wiki.mail.parsing import parse

LETTERS = [letter(number) for number in range(1, 6)]
KINDS = {"imap": mailbox, "pop": maildrop}
CONTENT_OF = {"imap": (b"UID FETCH", b"BODY.PEEK["), "pop": (b"RETR", b"")}


@shows("bad mail blocks the account")
@pytest.mark.parametrize("kind", KINDS)
def test_a_message_on_which_the_connection_breaks_each_time_is_passed_in_the_end(world: World, kind: str) -> None:
    script: AnyScript = KINDS[kind](LETTERS)
    command, having = CONTENT_OF[kind]

    def breaks_on_the_third(asked: object, honest: object) -> list[bytes]:
        pieces: list[bytes] = []
        for piece in honest():  # type: ignore[operator]
            if LETTERS[2] in piece:
                asked.talk.send(b"".join(pieces) + piece[:60])  # type: ignore[attr-defined]
                hanging_up(asked, honest)  # type: ignore[arg-type]
            pieces.append(piece)
        return pieces

    script.behaviours = [on(command, breaks_on_the_third, having=having)]  # type: ignore[arg-type]
    with ScriptedServer(script) as server:
        account = world.account(server)
        for _ in range(4):
            world.try_to_fetch(account)
        world.assert_each_once(LETTERS, held=1)
        assert "connection broke on it" in world.set_aside()[0]
        ok, told = world.try_to_fetch(account)
        assert ok, told


@shows("bad mail blocks the account")
def test_a_message_that_is_refused_is_tried_three_times_and_counted_once(world: World) -> None:
    script = maildrop(LETTERS, behaviours=[on(b"RETR", saying(b"-ERR damaged\r\n"), having=b"3")])
    with ScriptedServer(script) as server:
        account = world.account(server)
        for _ in range(5):
            world.fetch(account)
        assert server.heard.count(b"RETR 3") <= 6
        world.assert_each_once(LETTERS, held=1)


@shows("bad mail blocks the account")
def test_a_message_that_cannot_be_parsed_is_archived_and_shown_raw(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse, "parse", _fails)
    with ScriptedServer(mailbox(LETTERS)) as server:
        account = world.account(server)
        world.fetch(account)
        world.assert_each_once(LETTERS)
        assert world.fetch(account) == "Nothing new."


def _fails(_raw: object) -> None:
    raise RecursionError


@shows("two fetches overlap")
def test_an_account_that_is_being_fetched_is_not_fetched_at_the_same_time(world: World) -> None:
    script = mailbox(LETTERS)
    refused: list[str] = []

    def fetch_too() -> None:
        def try_it() -> None:
            with world.app.app_context():
                try:
                    sync.fetch(account, Silent())
                except Conflict as conflict:
                    refused.append(str(conflict))

        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()

    script.behaviours = [on(b"UID FETCH", once(then(fetch_too)))]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.fetch(account)
        assert len(refused) == 1
        assert server.connections == 1
        world.assert_each_once(LETTERS)


@shows("two fetches overlap")
def test_two_accounts_of_one_mailbox_archive_each_message_once(world: World) -> None:
    with ScriptedServer(mailbox(LETTERS)) as server:
        accounts = [world.account(server, name=name) for name in ("One", "Two")]
        for account in accounts:
            world.fetch(account)
        world.assert_each_once(LETTERS)


@shows("provider cap hidden")
def test_a_server_that_shows_only_a_part_is_found_out(world: World) -> None:
    """It counts thirty messages and lists five; nothing is deleted from such a folder."""
    script = mailbox(LETTERS)
    script.behaviours = [
        on(
            b"SELECT",
            lambda _command, honest: [piece.replace(b"* 5 EXISTS", b"* 30 EXISTS") for piece in honest()],
        )
    ]
    with ScriptedServer(script) as server:
        account = world.account(server)
        world.delete_from_server(account)
        told = world.fetch(account)
        assert "5 new messages" in told
        assert script.removed == []
        assert "account" in told.partition(".")[2]
        script.behaviours = ()
        assert "5 removed" in world.fetch(account)
        world.assert_nothing_lost(LETTERS, script)


@shows("provider cap hidden")
def test_a_server_that_has_had_enough_for_today_is_gone_on_with_tomorrow(world: World) -> None:
    letters = [letter(number) for number in range(300)]
    script = mailbox(letters)
    cap = saying(b"* BYE [LIMIT] bandwidth used up\r\n")
    fetches = 0

    def capped(command: object, honest: object) -> list[bytes]:
        nonlocal fetches
        fetches += 1
        return cap(command, honest) if fetches > 1 else honest()  # type: ignore[arg-type,operator]

    script.behaviours = [in_connection(1, on(b"UID FETCH", capped, having=b"BODY.PEEK["))]  # type: ignore[arg-type]
    with ScriptedServer(script) as server:
        account = world.account(server)
        told = world.fail(account)
        assert "new messages" in told
        assert 0 < len(world.archived()) < 300
        world.fetch(account)
        world.assert_each_once(letters)
