"""``make demo``: an instance with content, a real IMAP server with a mailbox, and its mail archived before your eyes.

Everything is made anew in ``demo-data/``. The mail account is added through the service that the form uses, the
worker's schedule fetches it, and what is printed is read from the database that the pages show.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from demo.mailbox.build import RARE_WORD, raw_messages
from demo.seed import seed
from demo.server import MailServer
from wiki.accounts.queries import find_user
from wiki.accounts.sessions import actor_of
from wiki.app import create_app
from wiki.db import reading, transaction
from wiki.mail import service
from wiki.mail.fetching import ledger
from wiki.mail.formats import mbox
from wiki.mail.message import RawMessage
from wiki.mail.models import MailAccount, Message
from wiki.mail.service import AccountFields
from wiki.mail.transport.endpoint import Protocol
from wiki.search.models import OutboxRow
from wiki.spaces.models import Space

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "demo-data"
MARKER = ".made-by-make-demo"
LONGEST_WAIT = 1800.0

console = Console()


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    mailbox: Path | None
    data: Path
    port: int
    stop_when_done: bool


def _end(_number: int, _frame: object) -> None:
    """Leave through every ``finally``, so that nothing that was started goes on."""
    raise SystemExit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration until Ctrl-C; gives the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    options = _options(arguments)
    messages = _messages(options.mailbox)
    _make_folder(options.data)
    with MailServer(options.data / "mail-server", messages) as server:
        app = _prepare(options, server)
        with app.app_context():
            console.print("Writing the pages and the people ...")
            password = seed()
            began = time.monotonic()
            account_id = _add_account(server)
        with _running(options.data) as process:
            with app.app_context():
                _watch(account_id, server.count, began, process)
            _say_where(app, password)
            return 0 if options.stop_when_done else _wait()


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--mailbox", type=Path, help="an mbox file of your own instead of the sample mailbox")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder, made anew")
    parser.add_argument("--port", type=int, default=8000, help="where to serve; another free one if it is taken")
    parser.add_argument("--stop-when-done", action="store_true", help="end once the mailbox is archived and indexed")
    given = parser.parse_args(arguments)
    return Options(given.mailbox, given.data.resolve(), given.port, given.stop_when_done)


def _messages(mailbox: Path | None) -> tuple[RawMessage, ...]:
    if mailbox is None:
        return raw_messages()
    try:
        with mailbox.open("rb") as stream:
            return tuple(
                RawMessage(entry.content, entry.envelope_date)
                for entry in mbox.read(stream)
                if isinstance(entry.content, bytes)
            )
    except OSError as error:
        sys.exit(f"{mailbox} cannot be read: {error.strerror}.")
    except mbox.NotAMailbox as error:
        sys.exit(f"{mailbox}: {error}")


def _make_folder(data: Path) -> None:
    """Empty the demonstration's folder, but never one that something else made."""
    if data.exists():
        if any(data.iterdir()) and not (data / MARKER).exists():
            sys.exit(f"{data} is not empty and was not made by make demo; it is left alone.")
        shutil.rmtree(data)
    data.mkdir(parents=True)
    (data / MARKER).touch()


def _prepare(options: Options, server: MailServer) -> Flask:
    os.environ.update(
        POSTROOM_DATA=str(options.data),
        POSTROOM_BIND=f"127.0.0.1:{_free_port(options.port)}",
        POSTROOM_MAIL_ALLOW_HOSTS=f"{server.host}:{server.port}",
        POSTROOM_LOG_LEVEL="WARNING",
    )
    app = create_app()
    with app.app_context():
        upgrade()
    return app


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    sys.exit("There is no free port on 127.0.0.1.")


def _add_account(server: MailServer) -> int:
    with transaction() as session:
        space = session.scalars(select(Space).where(Space.key == "TEAM")).one()
        administrator = find_user("morwenna")
        if administrator is None:
            raise LookupError("morwenna")
        account = service.add_account(
            actor_of(administrator),
            space,
            AccountFields(
                name="Team mailbox",
                description="A clone of team@whimbrel.test, fetched from the mail server of this demonstration.",
                protocol=Protocol.IMAP,
                host=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                fetch_minutes=1,
                is_clone=True,
            ),
        )
        return account.id


@contextmanager
def _running(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The web server and the worker, as in ``make run``, in a group of their own that is ended as a whole."""
    log = (data / "server.log").open("wb")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("flask")), "serve"],
        cwd=PROJECT,
        env={**os.environ, "FLASK_APP": "wsgi.py", "PYTHONPATH": str(PROJECT)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


@dataclass(frozen=True)
class _Look:
    """One look at the database while it fills."""

    archived: int
    waiting: int
    result: str
    counts: dict[str, int]

    @property
    def seen(self) -> int:
        return self.counts["archived"] + self.counts["duplicates"] + self.counts["set_aside"]


def _look(account_id: int) -> _Look:
    with reading() as session:
        return _Look(
            archived=session.scalar(select(func.count()).select_from(Message)) or 0,
            waiting=session.scalar(select(func.count()).select_from(OutboxRow)) or 0,
            result=session.get_one(MailAccount, account_id).last_result,
            counts=ledger.counts(session, account_id),
        )


def _watch(account_id: int, total: int, began: float, process: subprocess.Popen[bytes]) -> None:
    """Show the archiving and the indexing until both are done, then the account of every message."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    first_after = None
    with Progress(*columns, console=console) as bars:
        archiving = bars.add_task("Archiving", total=total)
        while True:
            look = _look(account_id)
            if look.archived and first_after is None:
                first_after = time.monotonic() - began
            bars.update(archiving, completed=look.seen)
            is_done = look.result and look.seen >= total and not look.waiting
            if is_done or time.monotonic() - began > LONGEST_WAIT:
                break
            if process.poll() is not None:
                sys.exit("The server ended; what it said last is in server.log in the demonstration's folder.")
            time.sleep(0.1)
    if first_after is not None:
        took = time.monotonic() - began
        console.print(f"The first message was archived after {first_after:.1f} s, all after {took:.1f} s.")
    console.print(
        f"On the mail server: {total:,} messages = {look.counts['archived']:,} archived"
        f" + {look.counts['duplicates']:,} duplicates + {look.counts['set_aside']:,} set aside."
    )
    console.print(f"The account says: {look.result}")


def _say_where(app: Flask, password: str) -> None:
    lines = (
        "",
        f"  [bold]http://{app.config['BIND']}/[/bold]",
        f"  Sign in as [bold]admin[/bold] with the password [bold]{password}[/bold]",
        "",
        "  In the theme default:        The loft > Space tools > Integrations > Mail Accounts",
        "  In the theme documentation:  Petrel guide > Browse > Space Admin > Integration > Mail Accounts",
        f"  Search for “{RARE_WORD}”: the word stands in one mail and on no page.",
        "",
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def _wait() -> int:
    console.print("Ctrl-C ends it.")
    with suppress(KeyboardInterrupt):
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
