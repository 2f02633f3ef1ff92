"""Reading the attachments that wait, one after another, in a child process that may be lost.

Never a precondition of anything: a message is archived, threaded and found without it. Each try is counted before it
begins, so that a file which ends the worker itself is given up too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.blobs.configured import blob_store
from wiki.bounded.child import Exhausted, NotStarted
from wiki.db import reading, transaction
from wiki.jobs.lease import LeaseTaken, lease
from wiki.mail.extraction import texts
from wiki.mail.extraction.models import AttachmentPage, AttachmentText, TextState
from wiki.mail.extraction.readers import asking
from wiki.mail.extraction.readers.extracted import EXTRACTOR_VERSION, Extracted
from wiki.mail.models import Message, MessagePart
from wiki.mail.parser_process import parser_process
from wiki.search import outbox

MOST_TRIES = 3
# A worker that is told to stop waits for a run to end.
LONGEST_RUN_SECONDS = 20
PAGES_AT_ONCE = 100
PARTS_AT_ONCE = 1_000
READER = asking.TARGET
MISSING = "Its message is missing from the store."


class _Missing(Exception):
    """The message of an attachment is not in the store."""


@dataclass(frozen=True)
class _Waiting:
    """An attachment to be read, and where it is: the hash and size of the message, and the number of the part in it."""

    text_id: int
    sha256: str
    attempts: int
    mail_sha256: str
    mail_size: int
    number: int


def read_waiting(longest: float = LONGEST_RUN_SECONDS) -> int:
    """Read what waits until nothing does or the time is over; gives the number read. Nothing when another is at it."""
    try:
        with lease("attachments"):
            _read_old_ones_again()
            return _read(time.monotonic() + longest)
    except LeaseTaken:
        return 0


def enter_missing() -> int:
    """Let every attachment wait that has no row yet: those of an archive that is older than this. Gives the number."""
    last = entered = 0
    while True:
        with reading() as session:
            ids = session.scalars(
                select(MessagePart.id)
                .where(MessagePart.id > last, MessagePart.is_attachment)
                .order_by(MessagePart.id)
                .limit(PARTS_AT_ONCE)
            ).all()
            missing = session.scalars(
                select(MessagePart.sha256)
                .outerjoin(AttachmentText, AttachmentText.sha256 == MessagePart.sha256)
                .where(
                    MessagePart.id.between(last + 1, ids[-1] if ids else last),
                    MessagePart.is_attachment,
                    MessagePart.size > 0,
                    AttachmentText.id.is_(None),
                )
                .distinct()
            ).all()
        if missing:
            with transaction() as session:
                known = set(session.scalars(select(AttachmentText.sha256).where(AttachmentText.sha256.in_(missing))))
                session.execute(insert(AttachmentText), [{"sha256": each} for each in missing if each not in known])
            entered += len(missing)
        if not ids:
            return entered
        last = ids[-1]


def forget_unused() -> None:
    """Remove the texts that no message has any more; parsing anew can leave such."""
    last = ""
    while True:
        with reading() as session:
            hashes = session.scalars(
                select(AttachmentText.sha256)
                .where(AttachmentText.sha256 > last)
                .order_by(AttachmentText.sha256)
                .limit(PARTS_AT_ONCE)
            ).all()
            used = set(
                session.scalars(
                    select(MessagePart.sha256)
                    .where(MessagePart.sha256.between(hashes[0], hashes[-1]), MessagePart.is_attachment)
                    .distinct()
                )
                if hashes
                else ()
            )
        if not hashes:
            return
        unused = set(hashes) - used
        if unused:
            with transaction() as session:
                texts.forget_unused(session, unused)
        last = hashes[-1]


def _read(until: float) -> int:
    done = 0
    while time.monotonic() < until and (found := _next()) is not None:
        try:
            extracted = _extract(found)
        except NotStarted:  # nobody has looked at the file: this was no try
            _count_try(found, -1)
            break
        except (Exhausted, _Missing) as error:
            _keep_trouble(found, f"This file could not be read. {error}")
        else:
            _keep(found, extracted)
        done += 1
    return done


def _next() -> _Waiting | None:
    """The next attachment, with this try counted. Those that failed come last; what nobody has any more goes."""
    while True:
        with reading() as session:
            row = session.execute(
                select(AttachmentText.id, AttachmentText.sha256, AttachmentText.attempts)
                .where(AttachmentText.state == TextState.WAITING)
                .order_by(AttachmentText.attempts, AttachmentText.id)
                .limit(1)
            ).first()
            place = (
                row
                and session.execute(
                    select(Message.sha256, Message.size, MessagePart.number)
                    .join(MessagePart, MessagePart.mail_id == Message.id)
                    .where(MessagePart.sha256 == row.sha256, MessagePart.is_attachment)
                    .limit(1)
                ).first()
            )
        if row is None:
            return None
        if not place:
            with transaction() as session:
                texts.forget_unused(session, {row.sha256})
            continue
        found = _Waiting(row.id, row.sha256, row.attempts + 1, *place)
        if row.attempts >= MOST_TRIES:
            _keep_trouble(found, "This file could not be read. Each try ended before its time.")
            continue
        _count_try(found, 1)
        return found


def _extract(found: _Waiting) -> Extracted:
    store = blob_store()
    if found.mail_sha256 not in store:
        raise _Missing(MISSING)
    asked = asking.question(store.path(found.mail_sha256), found.number, found.sha256)
    return asking.understood(parser_process(READER, found.mail_size).ask(asked))


def _count_try(found: _Waiting, number: int) -> None:
    with transaction() as session:
        session.execute(
            update(AttachmentText)
            .where(AttachmentText.id == found.text_id)
            .values(attempts=AttachmentText.attempts + number)
        )


def _keep(found: _Waiting, extracted: Extracted) -> None:
    with transaction() as session:
        if session.get(AttachmentText, found.text_id) is None:
            return  # destroyed meanwhile
        characters = _replace_pages(session, found.text_id, extracted)
        _note(session, found, TextState.READ, extracted.note, characters)


def _keep_trouble(found: _Waiting, sentence: str) -> None:
    """Note why there is no text; before the last try it waits for another. What an older version read stays."""
    with transaction() as session:
        characters = session.scalar(select(AttachmentText.characters).where(AttachmentText.id == found.text_id)) or 0
        is_last = found.attempts >= MOST_TRIES
        _note(session, found, TextState.GIVEN_UP if is_last else TextState.WAITING, sentence, characters)


def _replace_pages(session: Session, text_id: int, extracted: Extracted) -> int:
    session.execute(delete(AttachmentPage).where(AttachmentPage.text_id == text_id))
    start = 0
    rows: list[dict[str, object]] = []
    for page in extracted.pages:
        rows.append({"text_id": text_id, "start": start, "label": page.label, "text": page.text})
        start += len(page.text)
    for some in _slices(rows):
        session.execute(insert(AttachmentPage), some)
    return start


def _note(session: Session, found: _Waiting, state: TextState, note: str, characters: int) -> None:
    session.execute(
        update(AttachmentText)
        .where(AttachmentText.id == found.text_id)
        .values(
            state=state,
            note=note,
            characters=characters,
            version=EXTRACTOR_VERSION,
            read_at=clock.now(),
        )
    )
    parts = session.scalars(
        select(MessagePart.id).where(MessagePart.sha256 == found.sha256, MessagePart.is_attachment)
    ).all()
    outbox.touch(session, texts.KIND, parts)


def _read_old_ones_again() -> None:
    """What an older version of the extractor read waits again."""
    old = [AttachmentText.version < EXTRACTOR_VERSION, AttachmentText.state != TextState.WAITING]
    with reading() as session:
        if session.scalar(select(AttachmentText.id).where(*old).limit(1)) is None:
            return
    with transaction() as session:
        session.execute(update(AttachmentText).where(*old).values(state=TextState.WAITING, attempts=0))


def _slices(rows: list[dict[str, object]]) -> Iterable[list[dict[str, object]]]:
    for start in range(0, len(rows), PAGES_AT_ONCE):
        yield rows[start : start + PAGES_AT_ONCE]
