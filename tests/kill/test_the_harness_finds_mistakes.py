"""The kill tests can fail: each mistake that is put into a fetch on purpose is found, as what it is."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.kill import invariants
from tests.kill.archive import Archive, letters, open_archive
from tests.kill.forks import Stock
from tests.mail.accounts import letter
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki.mail.transport.endpoint import Protocol

pytestmark = pytest.mark.dovecot


@pytest.fixture
def archive(app: Flask, site: Site, dovecot: DovecotMailbox, stock: Stock) -> Archive:
    """An archive with three messages to fetch."""
    made = open_archive(app, site.team, dovecot, stock, Protocol.IMAP)
    made.deliver(*letters(3))
    return made


def another_client_flags_a_message_during_the_run(archive: Archive, fault: str) -> None:
    fork = archive.start(fault=fault, point="after pending", action="stand still")
    fork.wait_until_it_stands_still()
    foreign = letter(99)
    with archive.mailbox.other_client() as client:
        client.put(foreign)
        client.flag_deleted("*")
    archive.served.everything.add(invariants.sha256(foreign))
    archive.served.foreign.add(invariants.sha256(foreign))
    fork.go_on()
    assert fork.wait().status == 0


def test_deleting_before_the_commit_is_found_as_lost_mail(archive: Archive) -> None:
    assert archive.fetch(fault="delete before the commit", point="inside transaction").was_killed
    assert archive.look().lost == 3


def test_rows_before_blobs_are_found_as_dangling(archive: Archive) -> None:
    assert archive.fetch(fault="rows before blobs", point="after commit").was_killed
    assert archive.look().dangling > 0


def test_expunging_everything_is_found_as_mail_of_another_client_that_is_gone(archive: Archive) -> None:
    another_client_flags_a_message_during_the_run(archive, "expunge everything")
    found = archive.look()
    assert (found.foreign_lost, found.lost) == (1, 0)


def test_what_another_client_flags_during_the_run_survives_it(archive: Archive) -> None:
    another_client_flags_a_message_during_the_run(archive, "")
    assert archive.look().all_is_well
    assert archive.mailbox.messages() == [letter(99)]


def test_a_blob_that_is_gone_is_found_as_dangling_and_lost(archive: Archive) -> None:
    assert archive.fetch().status == 0
    blobs = archive.app.config["DATA"] / "blobs"
    name = min(archive.served.everything)
    (blobs / name[:2] / name[2:]).unlink()
    found = archive.look()
    assert (found.lost, found.dangling) == (1, 1)
