"""The real mail servers as pytest fixtures: a mailbox of one's own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotMailbox, DovecotServer
from tests.servers.pymap import PymapMailbox


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority of this test run."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def dovecot_server(authority: Authority) -> Iterator[DovecotServer]:
    """One Dovecot for the whole run."""
    server = DovecotServer(authority)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> DovecotMailbox:
    """A new user's empty mailbox on Dovecot: IMAP, IMAPS, POP and POPS."""
    return dovecot_server.new_user()


@pytest.fixture
def pymap_server() -> Iterator[PymapMailbox]:
    """A new pymap with one empty mailbox: IMAP."""
    mailbox = PymapMailbox()
    yield mailbox
    mailbox.stop()


@pytest.fixture(params=[pytest.param("dovecot", marks=pytest.mark.dovecot), "pymap_server"])
def imap_mailbox(request: pytest.FixtureRequest) -> DovecotMailbox | PymapMailbox:
    """An empty mailbox on each of the real IMAP servers in turn."""
    mailbox: DovecotMailbox | PymapMailbox = request.getfixturevalue(request.param)
    return mailbox
