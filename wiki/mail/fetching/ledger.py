"""What each server holds, message by message, and how far each is in the delete-after-archive protocol.

Rows only; nothing here talks to a server or commits (docs/reliability.md, section 2). A message is deleted on a server
because of its row here, never because of what the server's own search says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from wiki import clock
from wiki.db import chunks
from wiki.mail.models import Because, LedgerEntry, LedgerState, MailAccount, MailFolder, Message, SetAside
from wiki.mail.store import Stored

MOST_TRIES = 3
LIST_ALL_EVERY = timedelta(days=1)
PURGED_HERE = "It was deleted for good here, so it stays on the server."


@dataclass(frozen=True)
class FolderEpoch:
    """A folder at one UIDVALIDITY. ``resume_above``: UIDs up to this one were dealt with; 0 asks for all."""

    id: int
    name: str
    resume_above: int
    has_restarted: bool
    uid_validity: int | None = None
    uid_next: int | None = None

    def is_numbered_as(self, uid_validity: int | None, uid_next: int | None) -> bool:
        """Whether the folder, opened once more, still has these numbers; they may have grown, not gone back."""
        return uid_validity == self.uid_validity and (uid_next or 0) >= (self.uid_next or 0)


@dataclass(frozen=True)
class Item:
    """A message as a server holds it: IMAP's UID, or POP3's UIDL ('' where it has none).

    ``labels`` are Gmail's. ``stays_because`` is why it must never be removed from the server although it is archived.
    """

    size: int
    uid: int = 0
    uidl: str = ""
    labels: tuple[str, ...] = ()
    stays_because: str = ""


@dataclass(frozen=True)
class Failed:
    """A message that did not come whole. ``sha256`` when some bytes were kept."""

    item: Item
    reason: str
    sha256: str | None = None


@dataclass(frozen=True)
class Deletable:
    """An archived message whose time on the server is over."""

    id: int
    uid: int
    size: int
    sha256: str


def enter_folder(
    session: Session,
    account_id: int,
    name: str,
    uid_validity: int | None,
    uid_next: int | None,
    fingerprint: tuple[int, int] | None = None,
) -> FolderEpoch:
    """Find the folder's current epoch, or begin a new one.

    ``fingerprint`` is the server's highest mod-sequence and count, where it has one (RFC 7162): while they are as they
    were when a pass ended, and UIDNEXT too, nothing changed, and all UIDs need not be listed once a day.

    A new UIDVALIDITY, none at all, or a UIDNEXT that went back (GMX does that under the same UIDVALIDITY) means
    that UIDs do not stand for what they stood for: the old entries become STALE and hashes tell what is known.
    """
    folder = session.scalar(
        select(MailFolder).where(
            MailFolder.account_id == account_id, MailFolder.name == name, MailFolder.is_current.is_(True)
        )
    )
    restarted = folder is not None and (
        uid_validity is None
        or folder.uid_validity != uid_validity
        or (folder.uid_next is not None and uid_next is not None and uid_next < folder.uid_next)
    )
    if folder is None or restarted:
        if folder is not None:
            folder.is_current = False
            session.execute(
                update(LedgerEntry)
                .where(LedgerEntry.folder_id == folder.id, LedgerEntry.state != LedgerState.GONE)
                .values(state=LedgerState.STALE)
            )
        folder = MailFolder(account_id=account_id, name=name, uid_validity=uid_validity, created_at=clock.now())
        session.add(folder)
        session.flush()
    resume = folder.done_below - 1 if folder.done_below else 0
    folder.uid_next = uid_next
    is_as_it_was = (
        fingerprint is not None
        and folder.done_below == uid_next
        and fingerprint == (folder.highest_modseq, folder.message_count)
    )
    if folder.listed_at is None or (folder.listed_at < clock.now() - LIST_ALL_EVERY and not is_as_it_was):
        resume = 0
    return FolderEpoch(folder.id, name, resume, bool(restarted), uid_validity, uid_next)


def leave_folder(
    session: Session, folder: FolderEpoch, uid_next: int | None, fingerprint: tuple[int, int] | None = None
) -> None:
    """Note a pass that came to its end: everything below ``uid_next`` has an entry."""
    row = session.get_one(MailFolder, folder.id)
    row.done_below = uid_next
    row.highest_modseq, row.message_count = fingerprint or (None, None)
    if folder.resume_above == 0:
        row.listed_at = clock.now()


def dealt_with(session: Session, folder_id: int, low: int, high: int) -> set[int]:
    """The UIDs from ``low`` to ``high`` that need no fetching: those with an entry, but for held ones worth a try."""
    return set(
        session.scalars(
            select(LedgerEntry.uid).where(
                LedgerEntry.folder_id == folder_id,
                LedgerEntry.uid.between(low, high),
                (LedgerEntry.state != LedgerState.HELD) | (LedgerEntry.attempts >= MOST_TRIES),
            )
        )
    )


def worth_another_try(session: Session, folder_id: int) -> list[int]:
    """The UIDs that were held and may come whole this time."""
    return list(
        session.scalars(
            select(LedgerEntry.uid)
            .where(
                LedgerEntry.folder_id == folder_id,
                LedgerEntry.state == LedgerState.HELD,
                LedgerEntry.attempts < MOST_TRIES,
            )
            .order_by(LedgerEntry.uid)
        )
    )


def note_archived(session: Session, folder_id: int, items: Sequence[Item], stored: Sequence[Stored]) -> None:
    """Enter messages whose blobs are durable and whose rows are in this transaction."""
    now = clock.now()
    held = _held(session, folder_id, items)
    rows, came_back = [], []
    there = _entered(session, folder_id, {kept.sha256 for kept in stored})
    for item, kept in zip(items, stored, strict=True):
        stays_because = PURGED_HERE if kept.id is None else item.stays_because
        values = {
            "size": item.size,
            "sha256": kept.sha256,
            "state": LedgerState.HELD if stays_because else LedgerState.ARCHIVED,
            "reason": stays_because,
            "because": Because.PURGED if kept.id is None else "",
            "attempts": MOST_TRIES if stays_because else 1,
            "is_duplicate": not kept.is_new,
            "labels": list(item.labels),
            "archived_at": now,
        }
        earlier = held.pop(_key_of(item), None)
        if earlier is not None:
            # It came whole at last: it is held no more.
            session.execute(delete(SetAside).where(SetAside.ledger_id == earlier))
            session.execute(delete(LedgerEntry).where(LedgerEntry.id == earlier))
            there = {key: known for key, known in there.items() if known.id != earlier}
        # A maildrop without UIDLs, or with one for two twins, brings what is entered already.
        key = (item.uid, item.uidl, kept.sha256)
        if key not in there:
            there[key] = _Known(0, is_gone=False)
            rows.append({"folder_id": folder_id, "uid": item.uid, "uidl": item.uidl, **values})
        elif there[key].is_gone:
            came_back.append({"id": there[key].id, "gone_at": None, **values})
            there[key] = _Known(0, is_gone=False)
    if came_back:
        session.execute(update(LedgerEntry), came_back)
    if rows:
        session.execute(insert(LedgerEntry), rows)


def note_failed(session: Session, folder_id: int, failures: Iterable[Failed]) -> list[LedgerEntry]:
    """Hold messages back: they are never deleted on the server. Gives the entries that are held for the first time."""
    failures = list(failures)
    held = _held(session, folder_id, [failed.item for failed in failures])
    first_time = []
    for failed in failures:
        key = _key_of(failed.item)
        earlier = held.get(key)
        if earlier is not None:
            session.execute(
                update(LedgerEntry)
                .where(LedgerEntry.id == earlier)
                .values(attempts=LedgerEntry.attempts + 1, reason=failed.reason, uidl=failed.item.uidl)
            )
            continue
        entry = LedgerEntry(
            folder_id=folder_id,
            uid=failed.item.uid,
            uidl=failed.item.uidl,
            size=failed.item.size,
            sha256=failed.sha256,
            state=LedgerState.HELD,
            reason=failed.reason,
            archived_at=clock.now(),
        )
        session.add(entry)
        session.flush()
        held[key] = entry.id
        first_time.append(entry)
    return first_time


def deletable(
    session: Session, folder_id: int, archived_before: datetime, limit: int, *, above: int = 0
) -> list[Deletable]:
    """Archived messages, each with a living row in the archive, that may leave the server now.

    ``above``: entries up to this id were tried already. What was archived as nothing stands for no message.
    """
    rows = session.execute(
        select(LedgerEntry.id, LedgerEntry.uid, LedgerEntry.size, LedgerEntry.sha256)
        .where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.state == LedgerState.ARCHIVED,
            LedgerEntry.archived_at <= archived_before,
            LedgerEntry.id > above,
            LedgerEntry.size > 0,
            is_in_archive(),
        )
        .order_by(LedgerEntry.id)
        .limit(limit)
    )
    return [Deletable(row.id, row.uid, row.size, row.sha256) for row in rows]


def pending(session: Session, folder_id: int) -> dict[int, int]:
    """Entries whose deletion was begun and not yet confirmed, by UID."""
    rows = session.execute(
        select(LedgerEntry.uid, LedgerEntry.id).where(
            LedgerEntry.folder_id == folder_id, LedgerEntry.state == LedgerState.DELETE_PENDING
        )
    )
    return {row.uid: row.id for row in rows}


def mark(session: Session, ids: Iterable[int], state: LedgerState, because: Because | None = None) -> None:
    """Put entries into another state."""
    values: dict[str, object] = {"state": state, "because": because or ""}
    if state == LedgerState.GONE:
        values["gone_at"] = clock.now()
    rows = [{"id": entry_id, **values} for entry_id in ids]
    if rows:
        session.execute(update(LedgerEntry), rows)


def counts(session: Session, account_id: int) -> dict[str, int]:
    """How many messages of an account's current folders are archived, duplicates, set aside, and gone from it."""
    # What is archived but must stay on the server is held there, and archived here.
    is_held = (LedgerEntry.state == LedgerState.HELD) & ~is_in_archive()
    rows = session.execute(
        select(LedgerEntry.state, is_held.label("is_held"), LedgerEntry.is_duplicate, func.count())
        .join(MailFolder, MailFolder.id == LedgerEntry.folder_id)
        .where(MailFolder.account_id == account_id, LedgerEntry.state != LedgerState.STALE)
        .group_by(LedgerEntry.state, "is_held", LedgerEntry.is_duplicate)
    ).all()
    found = {"archived": 0, "duplicates": 0, "set_aside": 0, "gone": 0}
    for state, held, is_duplicate, number in rows:
        if held:
            found["set_aside"] += number
        else:
            found["duplicates" if is_duplicate else "archived"] += number
            found["gone"] += number if state == LedgerState.GONE else 0
    return found


def is_in_archive() -> ColumnElement[bool]:
    """The message's row exists, in the space of the entry's account (trash counts: nothing is lost there)."""
    return exists().where(
        Message.sha256 == LedgerEntry.sha256,
        Message.space_id == MailAccount.space_id,
        MailAccount.id == MailFolder.account_id,
        MailFolder.id == LedgerEntry.folder_id,
    )


def _held(session: Session, folder_id: int, items: Sequence[Item]) -> dict[tuple[int, str, int], int]:
    """Held entries of these messages, by :func:`_key`."""
    wanted = {_key_of(item) for item in items}
    column, values = (
        (LedgerEntry.uid, sorted({uid for uid, _, _ in wanted}))
        if any(uid for uid, _, _ in wanted)
        else (LedgerEntry.uidl, sorted({uidl for _, uidl, _ in wanted}))
    )
    found: dict[tuple[int, str, int], int] = {}
    for some in chunks(values):
        rows = session.execute(
            select(LedgerEntry.uid, LedgerEntry.uidl, LedgerEntry.size, LedgerEntry.id).where(
                LedgerEntry.folder_id == folder_id, LedgerEntry.state == LedgerState.HELD, column.in_(some)
            )
        )
        found.update({_key(row.uid, row.uidl, row.size): row.id for row in rows})
    found = {key: entry_id for key, entry_id in found.items() if key in wanted}
    found.update(_held_without_id(session, folder_id, [item for item in items if _key_of(item) not in found]))
    return found


def _held_without_id(session: Session, folder_id: int, items: Sequence[Item]) -> dict[tuple[int, str, int], int]:
    """Entries of a session in which a maildrop gave no ids, for messages that have one now, by :func:`_key`.

    Only the size tells. Should it be another message, that one has an id now as well, and an entry of its own soon.
    """
    if not any(item.uidl for item in items):
        return {}
    rows = session.execute(
        select(LedgerEntry.size, LedgerEntry.id).where(
            LedgerEntry.folder_id == folder_id,
            LedgerEntry.state == LedgerState.HELD,
            LedgerEntry.uidl == "",
        )
    )
    nameless: dict[int, list[int]] = {}
    for row in rows:
        nameless.setdefault(row.size, []).append(row.id)
    found: dict[tuple[int, str, int], int] = {}
    for item in items:
        if item.uidl and _key_of(item) not in found and nameless.get(item.size):
            found[_key_of(item)] = nameless[item.size].pop()
    return found


def _key_of(item: Item) -> tuple[int, str, int]:
    return _key(item.uid, item.uidl, item.size)


def _key(uid: int, uidl: str, size: int) -> tuple[int, str, int]:
    """What a message is recognised by on its server: UID or UIDL; without either, only its size is left."""
    return uid, uidl, 0 if uid or uidl else size


@dataclass(frozen=True)
class _Known:
    """An entry that a folder has of some bytes; ``is_gone``: it had left the server."""

    id: int
    is_gone: bool


def _entered(session: Session, folder_id: int, hashes: set[str]) -> dict[tuple[int, str, str | None], _Known]:
    """What a folder has of these hashes, by ``(uid, uidl, sha256)``."""
    there: dict[tuple[int, str, str | None], _Known] = {}
    for some in chunks(sorted(hashes)):
        found = session.execute(
            select(LedgerEntry.id, LedgerEntry.uid, LedgerEntry.uidl, LedgerEntry.sha256, LedgerEntry.state).where(
                LedgerEntry.folder_id == folder_id, LedgerEntry.sha256.in_(some)
            )
        )
        for row in found:
            there[row.uid, row.uidl, row.sha256] = _Known(row.id, is_gone=row.state == LedgerState.GONE)
    return there
