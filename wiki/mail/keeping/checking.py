"""Reading the whole archive again, a little at a time, so that each blob is read at least once in so many days.

The pace follows from the clock: of a pass that may last four fifths of the days, as much is done as is over of them.
A worker that was away makes up for it. What was found damaged is looked at again each time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import reading, transaction
from wiki.jobs.lease import Held, LeaseTaken, lease
from wiki.mail.keeping import damage, needed
from wiki.mail.keeping.models import ArchiveCheck, BlobDamage, Condition
from wiki.permissions.actor import SYSTEM

SHARE_OF_DAYS = 0.8
# A worker that is told to stop waits for a run to end.
LONGEST_RUN_SECONDS = 30
PARTS_AT_ONCE = 16
BATCH = 100
LOOKED_AT_AGAIN = 1_000


def check_some(longest: float = LONGEST_RUN_SECONDS) -> str | None:
    """Read what is due; gives a sentence when something was found, or the pass came to its end."""
    try:
        with lease("mail-check") as held:
            _look_again(held)
            return _go_on(held, time.monotonic() + longest)
    except LeaseTaken:
        return None


def _look_again(held: Held) -> None:
    with reading() as session:
        known = list(session.scalars(select(BlobDamage.sha256).order_by(BlobDamage.id).limit(LOOKED_AT_AGAIN)))
    if known:
        looked = {sha256: damage.look_at(sha256) for sha256 in known}
        with transaction() as session:
            held.confirm()
            damage.note(session, looked)
            damage.forget_unneeded(session)


def _go_on(held: Held, until: float) -> str | None:
    found_now = 0
    while True:
        with transaction() as session:
            held.confirm()
            check = _current(session)
            if check is None or check.done >= _due(check):
                break
            check_id, parts = check.id, range(check.done, min(check.done + PARTS_AT_ONCE, _due(check)))
        counts = []
        for number in parts:
            counts.append(_read_part(held, number))
            if time.monotonic() >= until:
                break
        found_now += sum(found for _, found in counts)
        with transaction() as session:
            held.confirm()
            ended = _count(session.get_one(ArchiveCheck, check_id), counts)
        if ended:
            return ended
        if time.monotonic() >= until:
            break
    return f"{found_now} damaged or missing." if found_now else None


def _read_part(held: Held, number: int) -> tuple[int, int]:
    """Read the blobs of one of the beginnings; gives how many, and how many are newly found not whole."""
    with reading() as session:
        names = sorted(needed.of_archive(session, number))
    found = 0
    for start in range(0, len(names), BATCH):
        begun = time.monotonic()
        looked = {sha256: damage.look_at(sha256) for sha256 in names[start : start + BATCH]}
        if any(condition is not Condition.WHOLE for condition in looked.values()):
            with transaction() as session:
                held.confirm()
                found += damage.note(session, looked)
        # Half of the time belongs to others: nobody waits for this.
        time.sleep(time.monotonic() - begun)
    return len(names), found


def _current(session: Session) -> ArchiveCheck | None:
    """The pass that is on; a new one when the last began long enough ago; None while nothing is due."""
    last = session.scalar(select(ArchiveCheck).order_by(ArchiveCheck.id.desc()).limit(1))
    if last is not None and (last.finished_at is None or clock.now() < last.started_at + _length()):
        return last if last.finished_at is None else None
    begun = ArchiveCheck(started_at=clock.now())
    session.add(begun)
    session.flush()
    return begun


def _due(check: ArchiveCheck) -> int:
    """How many of the parts should have been read by now, the one that is just beginning included."""
    over = (clock.now() - check.started_at) / _length()
    return min(needed.BEGINNINGS, int(over * needed.BEGINNINGS) + 1)


def _length() -> timedelta:
    days: int = current_app.config["MAIL_VERIFY_DAYS"]
    return timedelta(days=days) * SHARE_OF_DAYS


def _count(check: ArchiveCheck, counts: Sequence[tuple[int, int]]) -> str | None:
    check.done += len(counts)
    check.checked += sum(checked for checked, _ in counts)
    check.found += sum(found for _, found in counts)
    if check.done < needed.BEGINNINGS:
        return None
    check.finished_at = clock.now()
    record(SYSTEM, EventTag.MAIL_VERIFIED, "mail:archive", checked=check.checked, found=check.found)
    return (
        f"The whole archive was read again: {check.checked:,} raw messages, {check.found} of them newly found damaged."
    )
