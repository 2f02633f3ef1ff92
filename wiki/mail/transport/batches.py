"""How UIDs are put together for one command: sequence sets, and batches that stay within the limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from wiki.mail.transport.protocol import Limits


def uid_set(uids: Sequence[int]) -> str:
    """A sequence set (RFC 9051 section 9), neighbours joined: [1, 2, 3, 7] is ``1:3,7``."""
    spans: list[list[int]] = []
    for uid in sorted(set(uids)):
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in spans)


def parts(uids: Iterable[int], size: int) -> Iterator[list[int]]:
    """The UIDs in order, ``size`` at a time; takes no more of the iterable than it has to."""
    remaining = iter(uids)
    while part := list(islice(remaining, size)):
        yield part


def batches(uids: Sequence[int], sizes: Mapping[int, int], limits: Limits) -> Iterator[list[int]]:
    """The UIDs in order, as many together as may come in one answer.

    One whose size is unknown or beyond what a batch may bring is a batch of its own; so is one that is too large.
    """
    most = min(limits.batch_octets, limits.message_octets)
    batch: list[int] = []
    octets = 0
    for uid in uids:
        size = sizes.get(uid, limits.batch_octets)
        if batch and (len(batch) >= limits.batch_messages or octets + size > most):
            yield batch
            batch, octets = [], 0
        batch.append(uid)
        octets += size
    if batch:
        yield batch
