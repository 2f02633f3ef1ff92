"""SIGKILL at each step of the protocol: nothing lost, nothing doubled, and one clean run puts all in order."""

from __future__ import annotations

import os

import pytest
from flask import Flask

from tests.kill.archive import letters, open_archive
from tests.kill.forks import Stock
from tests.kill.points import IMAP_POINTS, POP_POINTS
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki.mail.transport.endpoint import Protocol

LETTERS = letters(8)
# `make kill-test` kills at the first, second and third time that a point is reached, one after another.
TIMES = (1, 2, 3) if os.environ.get("KILL_TEST") == "whole" else (1,)
pytestmark = pytest.mark.dovecot


def kill_then_recover(
    app: Flask, site: Site, mailbox: DovecotMailbox, stock: Stock, protocol: Protocol, point: str
) -> None:
    archive = open_archive(app, site.team, mailbox, stock, protocol)
    archive.deliver(*LETTERS)
    many = 2 if point.endswith("file system sync") else 1000
    for times in TIMES:
        ending = archive.fetch(point=point, times=times, many=many)
        assert ending.was_killed or ending.status == 0, ending
        assert ending.was_killed or times > 1, "the point was never reached"
        found = archive.look()
        assert found.all_is_well, found
    found = archive.settle()
    assert found.all_is_well, found
    assert mailbox.messages() == []
    assert archive.count() == len(LETTERS)


@pytest.mark.parametrize("point", IMAP_POINTS)
def test_killed_while_fetching_over_imap(
    app: Flask, site: Site, dovecot: DovecotMailbox, stock: Stock, point: str
) -> None:
    kill_then_recover(app, site, dovecot, stock, Protocol.IMAP, point)


@pytest.mark.parametrize("point", POP_POINTS)
def test_killed_while_fetching_over_pop(
    app: Flask, site: Site, dovecot: DovecotMailbox, stock: Stock, point: str
) -> None:
    kill_then_recover(app, site, dovecot, stock, Protocol.POP, f"pop {point}")
