"""What was destroyed here stays away, however it comes, until somebody lets it back on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.mail.accounts import add_account, letter
from tests.people import Person, Site
from tests.servers.pymap import PymapMailbox
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail import trashing
from wiki.mail.fetching import sync
from wiki.mail.models import LedgerEntry, LedgerState, Message


@pytest.fixture
def destroyed(app: Flask, site: Site, alice: Person, pymap_server: PymapMailbox) -> tuple[int, str]:
    """A fetched message that was destroyed here and is still on its server: the account, and the hash."""
    pymap_server.deliver(letter(1))
    account = add_account(app, site.team, pymap_server)
    sync.fetch(account, Silent())
    with transaction() as session:
        message = session.scalars(select(Message)).one()
        sha256 = message.sha256
        trashing.trash_message(alice.actor, message)
        trashing.purge(alice.actor, site.team, [message.id])
    return account, sha256


def messages() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


def test_what_was_destroyed_comes_back_by_no_fetch_and_no_import(
    app: Flask, site: Site, destroyed: tuple[int, str], pymap_server: PymapMailbox, tmp_path: Path
) -> None:
    account, _ = destroyed
    pymap_server.deliver(letter(1))
    sync.fetch(account, Silent())
    another = add_account(app, site.team, pymap_server, name="The same mailbox again")
    sync.fetch(another, Silent())
    exact = tmp_path / "exact.eml"
    exact.write_bytes(letter(1))
    assert app.test_cli_runner().invoke(args=["mail", "import", "TEAM", str(exact)]).exit_code == 0

    assert messages() == 0
    with reading() as session:
        assert "it stays on the server" in session.scalars(select(LedgerEntry.reason)).all()[-1]


def test_it_comes_back_when_its_tombstone_was_lifted(app: Flask, destroyed: tuple[int, str]) -> None:
    account, sha256 = destroyed
    done = app.test_cli_runner().invoke(args=["mail", "lift-tombstone", "team", sha256])
    assert "may bring this message back" in done.output

    sync.fetch(account, Silent())

    assert messages() == 1


def test_it_comes_back_whatever_was_said_of_it_when_it_stayed_away(
    app: Flask, site: Site, destroyed: tuple[int, str], pymap_server: PymapMailbox
) -> None:
    _, sha256 = destroyed
    pymap_server.deliver(letter(1))
    another = add_account(app, site.team, pymap_server, name="The same mailbox again")
    sync.fetch(another, Silent())
    with transaction() as session:
        held = update(LedgerEntry).where(LedgerEntry.state == LedgerState.HELD)
        session.execute(held.values(reason="Words of an older version."))
    app.test_cli_runner().invoke(args=["mail", "lift-tombstone", "team", sha256])

    sync.fetch(another, Silent())

    assert messages() == 1


def test_only_a_tombstone_that_is_there_can_be_lifted(app: Flask, site: Site) -> None:
    site.team  # noqa: B018 - makes the space
    done = app.test_cli_runner().invoke(args=["mail", "lift-tombstone", "TEAM", "0" * 64])
    assert (done.exit_code, done.output) == (1, "Error: No message of that hash was destroyed in this space.\n")
