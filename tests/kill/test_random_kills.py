"""SIGKILL at random moments while a second client uses the mailbox; the short form of ``make kill-test``."""

from __future__ import annotations

from random import Random

import pytest

from tests.kill.conftest import Open
from tests.kill.rounds import World
from wiki.mail.transport.endpoint import Protocol

SEED = 37
pytestmark = pytest.mark.dovecot


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP], ids=["imap", "pop"])
def test_random_kills_lose_and_double_nothing(archive_over: Open, protocol: Protocol) -> None:
    played = World(archive_over(protocol), Random(SEED)).play(6)
    assert played.found.all_is_well, played.found.said
    assert played.messages > 6
