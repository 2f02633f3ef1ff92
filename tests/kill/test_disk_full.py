"""A disk that is full at any write: a sentence, nothing lost, and with room it goes on by itself.

Where nobody may mount, the kernel's limit on how large a file may grow stands for the full disk: it hits SQLite's
writes as it hits ours. Root fills a small tmpfs (test_tmpfs_full.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.kill.archive import Archive, letters
from tests.kill.conftest import Open
from tests.kill.forks import Ending
from tests.kill.points import DISK_POINTS
from wiki.mail.fetching.sync import DISK_TROUBLE
from wiki.mail.transport.endpoint import Protocol

LETTERS = letters(5)
PAGE = 4096
IS_WHOLE = os.environ.get("KILL_TEST") == "whole"
pytestmark = pytest.mark.dovecot
both = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP], ids=["imap", "pop"])


def assert_failed_cleanly(archive: Archive, ending: Ending) -> None:
    """In words, and every message is still on the server or in the archive."""
    assert ending.status == 3, ending
    assert DISK_TROUBLE in ending.result
    found = archive.look()
    assert found.all_is_well, found.said


def assert_recovered(archive: Archive) -> None:
    found = archive.settle()
    assert found.all_is_well, found.said
    assert archive.mailbox.messages() == []
    assert archive.count() == len(LETTERS)


@both
@pytest.mark.parametrize("point", DISK_POINTS if IS_WHOLE else ["after temporary write", "inside transaction"])
def test_no_room_at_a_step(archive_over: Open, protocol: Protocol, point: str) -> None:
    archive = archive_over(protocol)
    archive.deliver(*LETTERS)
    many = 2 if point == "after file system sync" else 1000
    prefix = "pop " if protocol is Protocol.POP else ""
    assert_failed_cleanly(archive, archive.fetch(point=prefix + point, action="have no room", many=many))
    assert archive.mailbox.messages() == LETTERS
    assert_recovered(archive)


@both
def test_files_that_may_grow_no_more_at_any_write_of_a_fetch(archive_over: Open, protocol: Protocol) -> None:
    archive = archive_over(protocol)
    archive.deliver(*LETTERS)
    failures = 0
    for octets in _limits():
        ending = archive.fetch(file_octets=octets, large=256 * 1024)
        if ending.status == 0:
            break
        failures += 1
        assert_failed_cleanly(archive, ending)
    assert failures >= (20 if IS_WHOLE else 3)
    assert_recovered(archive)


def _limits() -> Iterator[int]:
    """How large files may grow: at first nothing may be written, at last there is room for all."""
    yield from (0, 100, 1000)
    yield from range(PAGE, 200 * PAGE, PAGE if IS_WHOLE else 24 * PAGE)
