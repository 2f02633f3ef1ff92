"""Test Connection: sign in, count, sign out; one sentence comes of it and nothing is kept.

The answer takes at least ``floor`` seconds, so that how fast a door was slammed tells nobody what is behind it.
How often a person may ask is the caller's rule.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from wiki.mail.transport.connect import open_transport
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint
from wiki.mail.transport.errors import TransportError
from wiki.mail.transport.network import NetworkPolicy
from wiki.words import count

CHECK_DEADLINES = Deadlines(connect=8.0, read=8.0, total=15.0)


@dataclass(frozen=True)
class CheckResult:
    """What a person is told.

    ``field`` is the field of Endpoint the sentence belongs to, or empty; ``messages`` counts the inbox's.
    """

    ok: bool
    sentence: str
    messages: int | None = None
    field: str = ""


def check(
    endpoint: Endpoint, policy: NetworkPolicy, deadlines: Deadlines = CHECK_DEADLINES, floor: float = 1.0
) -> CheckResult:
    """Try the endpoint out; whatever the server does becomes a sentence, within the deadlines."""
    ready = time.monotonic() + floor
    try:
        with open_transport(endpoint, policy, deadlines) as session:
            held = session.message_count()
        result = CheckResult(ok=True, sentence=f"Signed in. The inbox holds {count(held, 'message')}.", messages=held)
    except TransportError as error:
        result = CheckResult(ok=False, sentence=error.sentence, field=error.field)
    time.sleep(max(0.0, ready - time.monotonic()))
    return result
