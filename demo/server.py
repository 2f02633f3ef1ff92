"""A real IMAP server on loopback for the demonstration: pymap in a process of its own, holding given messages.

    with MailServer(folder, raw_messages()) as server:
        imaplib.IMAP4(server.host, server.port).login(server.username, server.password)

The server holds the messages in memory. What a client deletes is gone until the server is started again; started again
with the same messages it has the same UIDs and the same UIDVALIDITY.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from wiki import clock
from wiki.mail.message import RawMessage

PROJECT = Path(__file__).resolve().parent.parent
_START_SECONDS = 120.0
_STOP_SECONDS = 10.0


class ServerFailed(Exception):
    """The mail server did not start; the message ends with what it said last."""


class MailServer:
    """The server, from ``start`` to ``stop``; or a context manager that does both.

    ``folder`` is made anew at each start and holds the messages as files and the server's log. The password is random.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path, messages: Iterable[RawMessage], username: str = "team@whimbrel.test") -> None:
        self.folder = folder
        self.username = username
        self.password = secrets.token_urlsafe(18)
        self.port = 0
        self.count = 0
        self._messages = messages
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Writes the messages down, starts the process and returns when it listens. Raises ServerFailed."""
        uidvalidity = self._write_messages()
        orders: dict[str, str | int] = {
            "folder": str(self.folder / "INBOX"),
            "username": self.username,
            "password": self.password,
            "uidvalidity": uidvalidity,
        }
        with (self.folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "demo.pymap_process"],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Unbuffered: nothing is left over to be flushed when the other end has gone.
                bufsize=0,
            )
        try:
            self.port = self._hand_over(self._process, orders)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the process; its end of standard input is enough, and force the last resort."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _hand_over(self, process: subprocess.Popen[bytes], orders: dict[str, str | int]) -> int:
        """Gives the process its orders and waits for the port it listens on."""
        if process.stdin is None or process.stdout is None:
            raise ServerFailed("The mail server has no pipes.")
        try:
            process.stdin.write(json.dumps(orders).encode() + b"\n")
        except BrokenPipeError:
            raise self._failure() from None
        ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
        answer = process.stdout.readline() if ready else b""
        if not answer.strip().isdigit():
            raise self._failure()
        return int(answer)

    def _failure(self) -> ServerFailed:
        said = (self.folder / "server.log").read_text("utf-8", "replace").strip().splitlines()
        return ServerFailed("The mail server did not start. " + (said[-1] if said else "It said nothing."))

    def _write_messages(self) -> int:
        """One file for each message, dated by its arrival; answers a UIDVALIDITY that depends on their octets alone."""
        inbox = self.folder / "INBOX"
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir(parents=True)
        digest = hashlib.sha256()
        self.count = 0
        for raw in self._messages:
            self.count += 1
            path = inbox / f"{self.count:07}.eml"
            path.write_bytes(raw.content)
            arrived = (raw.internal_date or clock.now()).timestamp()
            os.utime(path, (arrived, arrived))
            digest.update(bytes.fromhex(raw.sha256))
        return int.from_bytes(digest.digest()[:3]) + 1
