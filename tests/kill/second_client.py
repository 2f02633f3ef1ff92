"""Another mail program on the mailbox that is being fetched: it delivers, flags, moves, and removes its own."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.kill.invariants import OTHER_FOLDER, Served, sha256
from tests.mail.accounts import letter
from tests.servers.dovecot import DovecotMailbox

OWN = "X-Own: yes\r\n"
"""In messages that it may expunge itself: whether they are archived before is chance."""


class SecondClient:
    """Does something at random, again and again. ``numbers`` must be other ones than those of other letters."""

    def __init__(self, mailbox: DovecotMailbox, served: Served, dice: Random, first_number: int) -> None:
        self._served = served
        self._dice = dice
        self._number = first_number
        self._written: list[bytes] = []
        self._client = mailbox.other_client()
        self._client.create(OTHER_FOLDER)
        self._actions = (
            self._write,
            self._write,
            self._write_own,
            self._write_twin,
            self._flag,
            self._move,
            self._expunge,
        )

    def act(self) -> None:
        """Do one thing."""
        self._dice.choice(self._actions)()

    def leave(self) -> None:
        """Sign out; what is flagged stays."""
        self._client.logout()

    def _put(self, content: bytes) -> None:
        self._client.put(content)
        self._served.everything.add(sha256(content))
        self._served.foreign.add(sha256(content))
        self._written.append(content)

    def _write(self) -> None:
        self._number += 1
        self._put(letter(self._number))

    def _write_twin(self) -> None:
        if self._written:
            self._put(self._dice.choice(self._written))

    def _write_own(self) -> None:
        self._number += 1
        content = letter(self._number, extra=OWN)
        # Its own from the beginning: nobody counts on what it may remove at any time.
        self._served.removed.add(sha256(content))
        self._client.put(content)

    def _flag(self) -> None:
        uids = self._uids("ALL")
        if uids:
            self._client.uid("STORE", self._dice.choice(uids), "+FLAGS.SILENT", r"(\Deleted)")

    def _move(self) -> None:
        here, there = self._dice.sample(["INBOX", OTHER_FOLDER], 2)
        uids = self._uids("ALL", folder=here)
        if uids:
            self._client.uid("MOVE", self._dice.choice(uids), there)

    def _expunge(self) -> None:
        uids = self._uids("HEADER", "X-Own", "yes")
        if uids:
            self._client.uid("STORE", uids[0], "+FLAGS.SILENT", r"(\Deleted)")
            self._client.uid("EXPUNGE", uids[0])

    def _uids(self, *criteria: str, folder: str = "INBOX") -> list[str]:
        self._client.select(folder)
        found: Any = self._client.uid("SEARCH", *criteria)[1][0]
        return found.decode().split() if found else []
