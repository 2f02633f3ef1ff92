"""A file system that is really full, where root may mount a small one: the fetch says so, and goes on with room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import settings_for
from tests.kill.archive import Archive, letters, open_archive
from tests.kill.forks import Stock
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki.app import create_app
from wiki.extensions import db
from wiki.mail.fetching.sync import DISK_TROUBLE
from wiki.mail.transport.endpoint import Protocol

MEGABYTE = 1024 * 1024
SIZE = 4 * MEGABYTE
LETTERS = letters(5)
IS_WHOLE = os.environ.get("KILL_TEST") == "whole"
ROOM = range(0, 400, 8) if IS_WHOLE else (0, 16, 64, 160)
"""Kilobytes that are left when the fetch begins."""
pytestmark = pytest.mark.dovecot


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted tmpfs of four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("Nothing may be mounted here: as root, or with `docker run --cap-add=SYS_ADMIN`, it may.")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def app(small_disk: Path, empty_database: Path) -> Iterator[Flask]:
    """An application whose data is on the small disk."""
    shutil.copy(empty_database, small_disk / "postroom.sqlite")
    made = create_app(settings_for(small_disk))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def leave_room(folder: Path, kilobytes: int) -> Path:
    """Fill the disk but for so much; gives the file that does."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - kilobytes * 1024)))
    return ballast


def fetch_with_room(archive: Archive, folder: Path, kilobytes: int) -> bool:
    """Fetch with so much room; gives whether the disk was full. Nothing is lost either way."""
    db.session.remove()
    db.engine.dispose()
    ballast = leave_room(folder, kilobytes)
    ending = archive.fetch(large=MEGABYTE)
    ballast.unlink()
    assert ending.status in {0, 3}, ending
    assert (ending.status == 0) == (DISK_TROUBLE not in ending.result), ending
    found = archive.look()
    assert found.all_is_well, (kilobytes, found.said)
    return ending.status == 3


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP], ids=["imap", "pop"])
def test_a_full_disk_loses_nothing_and_the_next_fetch_goes_on(
    app: Flask, small_disk: Path, dovecot: DovecotMailbox, stock: Stock, protocol: Protocol
) -> None:
    archive = open_archive(app, Site(app).team, dovecot, stock, protocol)
    archive.deliver(*LETTERS)
    was_full = [fetch_with_room(archive, small_disk, kilobytes) for kilobytes in ROOM]
    assert was_full[0]
    found = archive.settle()
    assert found.all_is_well, found.said
    assert dovecot.messages() == []
    assert archive.count() == len(LETTERS)
