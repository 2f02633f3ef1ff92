"""Steps 6 to 9 of the protocol: what has been archived long enough leaves the server, message by message.

A message is removed only after its blob was read again from the store and its hash matched, and after that
intention was committed. Whether it went is asked of the server afterwards, never assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.db import reading
from wiki.mail.certificates.queries import is_proven
from wiki.mail.certificates.service import BY_FETCH, certify_folder
from wiki.mail.fetching import ledger
from wiki.mail.fetching.ledger import Deletable, FolderEpoch
from wiki.mail.fetching.plan import CalledOff, Run
from wiki.mail.keeping import damage
from wiki.mail.keeping.models import Condition
from wiki.mail.models import AfterArchiving, Because, LedgerState
from wiki.mail.subjects import account_subject
from wiki.mail.transport.errors import CannotDelete
from wiki.mail.transport.mailbox_names import one_inbox
from wiki.mail.transport.protocol import ImapTransport
from wiki.permissions.actor import SYSTEM

AT_ONCE = 100
# More held messages than this share of a run look like a server that lies; nothing is removed then.
MOST_HELD = 0.05
ONTO_ITSELF = "Archived mail is to be moved to the folder that it is read from, so it stays there."
RESTARTED = "The server numbers this folder anew, so nothing was removed from it this time."
TOO_MANY_HELD = "Too many messages were set aside, so nothing was removed from the server this time."
RENUMBERED = "The server shows other messages under known numbers, so nothing was removed from it this time."
CALLED_OFF = "The account was changed or switched off during this fetch, so nothing more was removed from the server."
DAMAGED = "A stored copy no longer matches its hash: its original stays on the server."


def remove_from_folder(transport: ImapTransport, run: Run, folder: FolderEpoch) -> None:
    """Move or delete what the ledger says may go from the selected folder. Raises TransportError."""
    before = run.plan.archived_before()
    why_not = _why_not(transport, run, folder, before)
    if why_not:
        pause(run, folder.name, why_not)
        return
    with reading() as session:
        begun = ledger.pending(session, folder.id)
    _confirm_gone(transport, run, folder, begun)
    last = 0
    while True:
        with reading() as session:
            ready = ledger.deletable(session, folder.id, before, AT_ONCE, above=last)
        if not ready:
            return
        last = ready[-1].id
        same = _the_same(transport, run, folder, verify(run, ready))
        if same is None:
            pause(run, folder.name, RENUMBERED)
            return
        if not same:
            continue
        begun = {each.uid: each.id for each in same}
        try:
            with run.removing() as session:
                ledger.mark(session, begun.values(), LedgerState.DELETE_PENDING)
        except CalledOff:
            pause(run, folder.name, CALLED_OFF)
            return
        if not _remove(transport, run, begun):
            return
        if not _confirm_gone(transport, run, folder, begun):
            return


def _why_not(transport: ImapTransport, run: Run, folder: FolderEpoch, before: datetime) -> str:
    """Why nothing may be removed from the selected folder in this run, in a sentence; '' when it may."""
    if folder.has_restarted:
        return RESTARTED
    if run.plan.after_archiving is AfterArchiving.MOVE and one_inbox(run.plan.move_to) == folder.name:
        return ONTO_ITSELF  # as new mail it would be fetched again and moved again, for ever
    if has_too_many_held(run):
        return TOO_MANY_HELD
    with reading() as session:
        if is_proven(session, folder.id, before):
            return ""
    is_clean = certify_folder(transport, run, folder, BY_FETCH, writable=True)
    return "" if is_clean else unproven(folder.name)


def has_too_many_held(run: Run) -> bool:
    """Whether so much of this run was set aside that the server must not be trusted with a deletion."""
    return run.tally.set_aside > MOST_HELD * max(run.tally.seen, 1)


def pause(run: Run, folder: str, why: str) -> None:
    """Remove nothing from a folder this time: the result, the account's page and the record say why."""
    if why not in run.tally.notes:
        run.tally.notes.append(why)
    run.tally.paused = why
    with run.writing():
        subject = account_subject(run.plan.account_id)
        record(SYSTEM, EventTag.MAIL_ACCOUNT_DELETION_PAUSED, subject, folder=folder, reason=why)


def unproven(folder: str) -> str:
    """Why nothing is removed from a folder without a clean certificate."""
    return (
        f"Nothing is removed from {folder} on the server yet: "
        "not every message there could be accounted for (see the certificate)."
    )


def verify(run: Run, ready: Sequence[Deletable]) -> list[Deletable]:
    """Read each blob again and keep those whose hash matches; the others are held, with an alarm in words."""
    looked = {each.sha256: damage.look_at(each.sha256) for each in ready}
    damaged = [each for each in ready if looked[each.sha256] is not Condition.WHOLE]
    if damaged:
        with run.writing() as session:
            damage.note(session, looked)
        run.tally.notes.append(DAMAGED)
    lost = {each.id for each in damaged}
    return [each for each in ready if each.id not in lost]


def is_whole(run: Run, sha256: str) -> bool:
    """The same for one message, read again from the store."""
    condition = damage.look_at(sha256)
    if condition is Condition.WHOLE:
        return True
    with run.writing() as session:
        damage.note(session, {sha256: condition})
    run.tally.notes.append(DAMAGED)
    return False


def _the_same(
    transport: ImapTransport, run: Run, folder: FolderEpoch, ready: Sequence[Deletable]
) -> list[Deletable] | None:
    """Those that the server shows once more as they were archived; None when a number stands for another message.

    The folder is opened once more, since it may have been numbered anew after it was fetched, and sizes are compared.
    What the server gives no size for is not removed; where it does not list it either, it has left without us.
    """
    status = transport.select(folder.name, writable=True)
    if not folder.is_numbered_as(status.uidvalidity, status.uidnext):
        return None
    sizes = transport.sizes([each.uid for each in ready])
    if any(sizes.get(each.uid, each.size) != each.size for each in ready):
        return None
    unanswered = {each.uid: each.id for each in ready if each.uid not in sizes}
    if unanswered:
        still = transport.still_present(list(unanswered))
        with run.writing() as session:
            gone = [entry_id for uid, entry_id in unanswered.items() if uid not in still]
            ledger.mark(session, gone, LedgerState.GONE, Because.ELSEWHERE)
    return [each for each in ready if each.uid in sizes]


def note_gone(run: Run, folder: str, entry_ids: Sequence[int]) -> None:
    """Commit that messages have left the server."""
    if not entry_ids:
        return
    with run.writing() as session:
        ledger.mark(session, entry_ids, LedgerState.GONE)
        record(
            SYSTEM,
            EventTag.MAIL_DELETED_ON_SERVER,
            account_subject(run.plan.account_id),
            folder=folder,
            count=len(entry_ids),
            how=run.plan.after_archiving.value,
        )
    run.tally.removed += len(entry_ids)


def _remove(transport: ImapTransport, run: Run, begun: dict[int, int]) -> bool:
    """Ask the server to remove exactly these UIDs; False when it cannot, which leaves them there."""
    uids = list(begun)
    try:
        if run.plan.after_archiving is AfterArchiving.MOVE:
            transport.move(uids, run.plan.move_to)
        else:
            transport.delete(uids)
    except CannotDelete as error:
        with run.writing() as session:
            ledger.mark(session, begun.values(), LedgerState.ARCHIVED)
        run.tally.notes.append(error.sentence)
        return False
    return True


def _confirm_gone(transport: ImapTransport, run: Run, folder: FolderEpoch, begun: dict[int, int]) -> bool:
    """Ask the server which of the begun deletions happened; those that did not are ready for another try.

    Gives whether any happened: when none does, there is no use in going on.
    """
    if not begun:
        return True
    still = transport.still_present(list(begun))
    gone = [entry_id for uid, entry_id in begun.items() if uid not in still]
    note_gone(run, folder.name, gone)
    if still:
        with run.writing() as session:
            ledger.mark(session, [begun[uid] for uid in still], LedgerState.ARCHIVED)
    return bool(gone)
