"""One measurement in a process of its own: ``python -m bench.instance WHAT FOLDER [MAILBOX]``; prints JSON.

``import``: an mbox file into a fresh instance, durable, parsed, stored and threaded; then the search index drained.
``fetch``: a mailbox on a real Dovecot into a fresh instance, and a second fetch that finds nothing new.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import select

from bench.peers import octets
from tests.conftest import settings_for
from tests.mail.accounts import add_account
from tests.people import Site
from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotServer
from wiki.app import create_app
from wiki.bounded.child import _shared
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.jobs.progress import Silent
from wiki.mail.fetching import sync
from wiki.mail.formats import mbox
from wiki.mail.importing import transfer
from wiki.mail.models import Message
from wiki.search import indexer


def imports(site: Site, folder: Path, mailbox: Path) -> dict[str, float]:
    """Import, then index."""
    with transaction() as session:
        import_id = transfer.begin(session, site.team, mailbox, "bench")
    indexer.rebuild()  # as on any instance, there is an index before there is mail
    seconds = timed(lambda: transfer.run(import_id, Silent()))
    found = {"messages": count(), "import": seconds, **memory("import")}
    found |= {"blobs": size_of(folder / "blobs"), "database": database_size(folder)}
    found |= {"index": timed(indexer.drain)}
    return {**found, **memory("index"), "index size": size_of(folder / "index")}


def fetches(site: Site, folder: Path, mailbox: Path) -> dict[str, float]:
    """Fetch a folder, then fetch it again."""
    (folder / "authority").mkdir()
    authority = Authority(folder / "authority")
    server = DovecotServer(authority)
    server.start()
    try:
        person = server.new_user()
        with mailbox.open("rb") as stream:
            for entry in mbox.read(stream):
                person.deliver(octets(entry.content))
        account = add_account(site.app, site.team, person)
        found = {"fetch": timed(lambda: sync.fetch(account, Silent())), "messages": count(), **memory("fetch")}
        return {**found, "second fetch": timed(lambda: sync.fetch(account, Silent()))}
    finally:
        server.stop()


def timed(action: Callable[[], object]) -> float:
    """Seconds that an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def count() -> int:
    """Messages that are archived, parsed and threaded."""
    with reading() as session:
        return len(session.scalars(select(Message.id).where(Message.thread_id.is_not(None))).all())


def memory(what: str) -> dict[str, float]:
    """The largest resident size so far, of this process and of its parser's, in MB."""
    children = [child.pid for child in _shared.values() if child.pid]
    return {f"{what} RSS": peak("self"), f"{what} parser RSS": max(map(peak, children), default=0.0)}


def peak(process: object) -> float:
    """VmHWM of a process: getrusage's figure would be that of the process which started it (execve)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def size_of(folder: Path) -> float:
    """MB of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def database_size(folder: Path) -> float:
    """MB of the database, its log included."""
    return sum(path.stat().st_size for path in folder.glob("postroom.sqlite*")) / 1e6


def main(what: str, folder: Path, mailbox: Path) -> None:
    """Measure one thing on a fresh instance."""
    app = create_app({**settings_for(folder), "LOG_LEVEL": "ERROR"})
    with app.app_context():
        db.create_all()
        site = Site(app)
        _ = site.alice
        found = {"import": imports, "fetch": fetches}[what](site, folder, mailbox)
        click.echo(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
