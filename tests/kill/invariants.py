"""What must be true whenever a fetch was killed: I1 to I6 of docs/reliability.md, asked of all that is kept."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import func, select, text

from tests.servers.dovecot import DovecotMailbox
from wiki.blobs.configured import blob_store
from wiki.db import reading
from wiki.mail.models import LedgerEntry, LedgerState, Message

OTHER_FOLDER = "Kept"
LOOKS = 20


def sha256(content: bytes) -> str:
    """The name of its blob."""
    return hashlib.sha256(content).hexdigest()


@dataclass
class Served:
    """Every message that ever was on the server. ``foreign``: another client's; ``removed``: by that client itself."""

    everything: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)


@dataclass
class Findings:
    """How often each invariant was found broken; ``said`` are the first of them in words."""

    lost: int = 0
    doubled: int = 0
    dangling: int = 0
    foreign_lost: int = 0
    database: int = 0
    leftovers: int = 0
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """Note one in words."""
        if len(self.said) < 10:
            self.said.append(sentence)

    @property
    def all_is_well(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.doubled or self.dangling or self.foreign_lost or self.database or self.leftovers)

    def add(self, other: Findings) -> None:
        """Count another's too."""
        for name in ("lost", "doubled", "dangling", "foreign_lost", "database", "leftovers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for sentence in other.said:
            self.say(sentence)


def on_server(mailbox: DovecotMailbox) -> set[str]:
    """The hashes of what the server holds, in all folders that the tests know."""
    while True:
        try:
            return {sha256(each) for folder in ("INBOX", OTHER_FOLDER) for each in mailbox.messages(folder)}
        except FileNotFoundError:  # renamed by Dovecot while it was looked at
            time.sleep(0.01)


def look(mailbox: DovecotMailbox, served: Served) -> Findings:
    """I1 to I5. The server may be busy with what the killed client had asked for: what seems lost is sought again."""
    found = Findings()
    with reading() as session:
        in_archive = Counter(session.scalars(select(Message.sha256)))
        if session.scalar(text("PRAGMA integrity_check")) != "ok":
            found.database += 1
        twice = session.execute(
            select(LedgerEntry.folder_id)
            .where(LedgerEntry.state != LedgerState.STALE)
            .group_by(LedgerEntry.folder_id, LedgerEntry.uid, LedgerEntry.uidl, LedgerEntry.sha256)
            .having(func.count() > 1)
        ).all()
        entered = set(
            session.scalars(
                select(LedgerEntry.sha256).where(
                    LedgerEntry.state.in_([LedgerState.ARCHIVED, LedgerState.DELETE_PENDING, LedgerState.GONE])
                )
            )
        )
    store = blob_store()
    whole = {each for each in in_archive if store.verify(each)}
    _note_dangling(found, (set(in_archive) - whole) | (entered - set(in_archive)))
    found.doubled = sum(number - 1 for number in in_archive.values()) + len(twice)
    if found.doubled:
        found.say(f"{found.doubled} messages or ledger entries are there twice.")
    _note_lost(found, _missing(mailbox, (served.everything - served.removed) - whole), served)
    return found


def leftovers(app: Flask) -> Findings:
    """The end of I6: a clean run leaves no temporary file."""
    found = Findings()
    incoming = app.config["DATA"] / "blobs" / "incoming"
    found.leftovers = sum(1 for path in incoming.rglob("*") if path.is_file())
    if found.leftovers:
        found.say(f"A clean run left {found.leftovers} temporary files.")
    return found


def _missing(mailbox: DovecotMailbox, wanted: set[str]) -> set[str]:
    for _ in range(LOOKS):
        wanted = wanted - on_server(mailbox)
        if not wanted:
            break
        time.sleep(0.05)
    return wanted


def _note_dangling(found: Findings, names: set[str | None] | set[str]) -> None:
    found.dangling = len(names)
    for each in names:
        found.say(f"The row of {each} has no blob, or its ledger entry no row.")


def _note_lost(found: Findings, missing: set[str], served: Served) -> None:
    found.foreign_lost = len(missing & served.foreign)
    found.lost = len(missing) - found.foreign_lost
    for each in missing:
        whose = "Another client's message" if each in served.foreign else "The message"
        found.say(f"{whose} {each} is neither on the server nor in the archive.")
