"""Fetching processes for the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.kill.archive import Archive, open_archive
from tests.kill.forks import Stock
from tests.people import Site
from tests.servers.dovecot import DovecotMailbox
from wiki.mail.transport.endpoint import Protocol

Open = Callable[[Protocol], Archive]


@pytest.fixture(scope="session")
def stock() -> Iterator[Stock]:
    """Where fetching processes come from."""
    made = Stock()
    yield made
    made.close()


@pytest.fixture
def archive_over(app: Flask, site: Site, dovecot: DovecotMailbox, stock: Stock) -> Open:
    """Open an archive of a new mailbox on Dovecot that is fetched over a protocol."""
    return lambda protocol: open_archive(app, site.team, dovecot, stock, protocol)
