"""Another mail program on the same mailbox: it delivers exact octets, flags and removes, and is not our transport."""

from __future__ import annotations

import imaplib
from typing import Any


class OtherClient(imaplib.IMAP4):
    """A plain IMAP client on loopback; every command must succeed."""

    def __init__(self, port: int, username: str, password: str) -> None:
        super().__init__("127.0.0.1", port, timeout=10)
        self._expect(self.login(f'"{username}"', password))

    def put(self, content: bytes, folder: str = "INBOX") -> None:
        """APPEND the octets as they are (imaplib's own would change line ends)."""
        literal: Any = content
        self.literal = literal
        self._expect(self._simple_command("APPEND", f'"{folder}"'))

    def contents(self, folder: str = "INBOX") -> list[bytes]:
        """The octets of every message of a folder."""
        self._expect(self.select(f'"{folder}"', readonly=True))
        kind, pieces = self.uid("SEARCH", "ALL")
        self._expect((kind, pieces))
        if not pieces[0]:
            return []
        _, answers = self.uid("FETCH", "1:*", "(BODY.PEEK[])")
        return [piece[1] for piece in answers if isinstance(piece, tuple)]

    def flag_deleted(self, uids: str, folder: str = "INBOX") -> None:
        r"""Set \Deleted on messages, and leave them there."""
        self._expect(self.select(f'"{folder}"'))
        self._expect(self.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)"))

    def expunge_now(self, uids: str, folder: str = "INBOX") -> None:
        """Remove messages for good."""
        self.flag_deleted(uids, folder)
        self._expect(self.uid("EXPUNGE", uids))

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """The flags of every message, as the server writes them."""
        self._expect(self.select(f'"{folder}"', readonly=True))
        return [piece for piece in self.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(piece, bytes)]

    def _expect(self, answer: tuple[str, Any]) -> None:
        assert answer[0] == "OK", answer
