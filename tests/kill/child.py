"""A process that fetches once, and may be killed on the way.

``python -m tests.kill.child`` reads orders from its input, a line of JSON each, and forks a fetching process for each:
starting Python anew for every kill would take longer than all the fetches. ``python -m tests.kill.child ORDER`` carries
one order out itself.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.conftest import settings_for
from tests.kill import points, wrong
from wiki.app import create_app
from wiki.blobs import local
from wiki.jobs.progress import Silent
from wiki.mail import network
from wiki.mail.fetching import sync
from wiki.mail.transport import connect


@dataclass(frozen=True)
class Order:
    """What a fetching process shall do, and what shall become of it.

    ``fault`` names a mistake of :mod:`tests.kill.wrong`; ``large`` is from how many octets on a message goes to disk as
    it comes; ``many`` from how many files on the file system is synced as a whole; ``file_octets`` the size at which
    files can grow no more. ``is_plain``: it passes over STARTTLS, so that what it says can be read.
    """

    data: str
    account: int
    settings: dict[str, Any] = field(default_factory=dict)
    point: str = "never"
    times: int = 1
    action: str = "die"
    fault: str = ""
    large: int = 4096
    many: int = local.MANY
    file_octets: int | None = None
    is_plain: bool = False

    def as_line(self) -> str:
        """As it travels."""
        return json.dumps(asdict(self))


def fetch(order: Order) -> tuple[bool, str]:
    """Carry it out in this process, which is of no use for anything else then."""
    settings = {**settings_for(Path(order.data)), **order.settings}
    settings["MAIL_ALLOW_HOSTS"] = frozenset(settings["MAIL_ALLOW_HOSTS"])
    vars(local)["MANY"] = order.many
    limits = network.fetch_limits
    vars(network)["fetch_limits"] = lambda: replace(limits(), batch_octets=order.large)
    if order.is_plain:
        vars(connect).update(_encrypt_imap=lambda *_: None, _encrypt_pop=lambda wire, _: wire.capabilities())
    with create_app(settings).app_context():
        if order.fault:
            wrong.FAULTS[order.fault]()
        if order.point != "never":
            points.install(points.POINTS[order.point], order.times, order.action)
        if order.file_octets is not None:
            # What it says may go to a file too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_octets, resource.RLIM_INFINITY))
        return sync.fetch(order.account, Silent())


def fork_for(order: Order) -> None:
    """Fork a process for an order; say its id, and what came of it when it stops or has ended."""
    reading_end, writing_end = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            ok, result = fetch(order)
            os.write(writing_end, result.encode())
            os._exit(0 if ok else 3)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the harness is told of it
            os.write(writing_end, f"{type(error).__name__}: {error}".encode())
            os._exit(4)
    os.close(writing_end)
    print(pid, flush=True)
    while True:
        # It is not reaped yet, so that a kill that comes too late cannot hit another process of that id.
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
        assert found is not None
        if found.si_code != os.CLD_STOPPED:
            break
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        print(json.dumps(["stopped", 0, ""]), flush=True)
    status = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
    print(json.dumps(["ended", status, os.read(reading_end, 8192).decode()]), flush=True)
    sys.stdin.readline()
    os.waitpid(pid, 0)
    os.close(reading_end)


def main() -> None:
    """See above."""
    if len(sys.argv) > 1:
        ok, result = fetch(Order(**json.loads(sys.argv[1])))
        print(result)
        sys.exit(0 if ok else 3)
    while line := sys.stdin.readline():
        fork_for(Order(**json.loads(line)))


if __name__ == "__main__":
    main()
