"""Fetching processes in stock: each is forked from one that has everything imported already."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from select import select

from tests.kill.child import Order

PROJECT = Path(__file__).resolve().parents[2]
LONGEST = 60.0


@dataclass(frozen=True)
class Ending:
    """How a fetching process ended: its exit status (negative: the signal), and what it said."""

    status: int
    result: str

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.status == -signal.SIGKILL


class Fork:
    """A fetching process that runs."""

    def __init__(self, stock: Stock, pid: int) -> None:
        self._stock = stock
        self._pid = pid

    def wait(self) -> Ending:
        """Wait for its end."""
        kind, status, result = json.loads(self._stock.read())
        assert kind == "ended", kind
        self._stock.write("")
        return Ending(status, result)

    def wait_until_it_stands_still(self) -> None:
        """Wait until it has come to its point."""
        kind, _, result = json.loads(self._stock.read())
        assert kind == "stopped", result

    def go_on(self) -> None:
        """Let it go on from its point."""
        os.kill(self._pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL; without effect when it has ended."""
        os.kill(self._pid, signal.SIGKILL)


class Stock:
    """Where fetching processes come from. Has to be closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.child"],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def start(self, order: Order) -> Fork:
        """Start a process that carries an order out."""
        self.write(order.as_line())
        return Fork(self, int(self.read()))

    def run(self, order: Order) -> Ending:
        """The same, and wait for its end."""
        return self.start(order).wait()

    def close(self) -> None:
        """End the stock."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def write(self, line: str) -> None:
        """Tell it something."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    def read(self) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None
        line = b""
        give_up = time.monotonic() + LONGEST
        while not line.endswith(b"\n"):
            ready, _, _ = select([self._process.stdout], [], [], give_up - time.monotonic())
            piece = os.read(self._process.stdout.fileno(), 1) if ready else b""
            assert piece, "The fetching process said nothing for too long, or its stock has ended."
            line += piece
        return line.decode()
