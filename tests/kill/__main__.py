"""``python -m tests.kill --rounds=1000 [--seed=N]``: kill fetches at random moments, and print what it came to."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.conftest import settings_for
from tests.kill.archive import open_archive
from tests.kill.forks import Stock
from tests.kill.rounds import Sum, World
from tests.people import Site
from tests.servers.certificates import Authority
from tests.servers.dovecot import DovecotServer
from wiki.app import create_app
from wiki.extensions import db
from wiki.mail.transport.endpoint import Protocol

ROUNDS_A_WORLD = 20
COLUMNS = ("rounds", "kills", "messages", "twins", "renumbered", "acts", "settled")
BROKEN = ("lost", "foreign_lost", "doubled", "dangling", "database", "leftovers")


def main() -> None:
    """Play all rounds; the exit code is 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="tests.kill", description="Kill fetches at random moments.")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    print(f"{asked.rounds} rounds with the seed {asked.seed}.", flush=True)
    began = time.monotonic()
    sums = {Protocol.IMAP: Sum(), Protocol.POP: Sum()}
    with _server() as (folder, server):
        for world, protocol in enumerate(_worlds(asked.rounds)):
            rounds = min(ROUNDS_A_WORLD, asked.rounds - world * ROUNDS_A_WORLD)
            sums[protocol].add(_play(folder / str(world), server, protocol, Random(f"{asked.seed} {world}"), rounds))
            print(_line(world, sums), flush=True)
    _print_table(sums, time.monotonic() - began)
    sys.exit(0 if all(each.found.all_is_well for each in sums.values()) else 1)


def _worlds(rounds: int) -> list[Protocol]:
    protocols = (Protocol.IMAP, Protocol.POP)
    return [protocols[number % 2] for number in range(-(-rounds // ROUNDS_A_WORLD))]


@contextmanager
def _server() -> Iterator[tuple[Path, DovecotServer]]:
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    server = DovecotServer(Authority(folder))
    try:
        server.start()
        yield folder, server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _play(data: Path, server: DovecotServer, protocol: Protocol, dice: Random, rounds: int) -> Sum:
    data.mkdir()
    app = create_app(settings_for(data))
    stock = Stock()
    with app.app_context():
        db.create_all()
        archive = open_archive(app, Site(app).team, server.new_user(), stock, protocol)
        played = World(archive, dice).play(rounds)
        db.session.remove()
        db.engine.dispose()
    stock.close()
    shutil.rmtree(data)
    return played


def _line(world: int, sums: dict[Protocol, Sum]) -> str:
    whole = Sum()
    for each in sums.values():
        whole.add(each)
    broken = sum(getattr(whole.found, name) for name in BROKEN)
    return f"  {world + 1} mailboxes, {whole.rounds} rounds, {whole.kills} kills, {broken} broken"


def _print_table(sums: dict[Protocol, Sum], seconds: float) -> None:
    whole = Sum()
    for each in sums.values():
        whole.add(each)
    print(f"\n{'':12}" + "".join(f"{name:>10}" for name in (*(each.value for each in sums), "together")))
    for name in (*COLUMNS, *BROKEN):
        values = [getattr(each if name in COLUMNS else each.found, name) for each in (*sums.values(), whole)]
        print(f"{name.replace('_', ' '):12}" + "".join(f"{value:>10,}" for value in values))
    print(f"\n{seconds:.0f} seconds.")
    for sentence in whole.found.said:
        print(sentence)


if __name__ == "__main__":
    main()
