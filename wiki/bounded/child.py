"""Asking a bounded child: it is started when first needed, and another takes its place when it is lost.

child = shared("wiki.mail.deriving:answer", Bounds(seconds=60))
child.ask(request)            bytes, or raises Exhausted
child.ask_all(requests)       for each its bytes or an Exhausted: one bad request costs the others nothing
child.begin(requests)         the same in the background, while the caller does something else
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from wiki.bounded import frames
from wiki.bounded.bounds import Bounds, Exhausted, NotStarted, Reason
from wiki.bounded.process import Process, TooSlow

__all__ = ["Bounds", "Child", "Exhausted", "NotStarted", "Outcome", "Reason", "close_all", "shared"]

Outcome = bytes | Exhausted

log = structlog.get_logger(__name__)


class Child:
    """A function ``package.module:name`` of bytes to bytes, run in a process of its own; any thread may ask.

    Everything here raises NotStarted when the machine has no process to give.
    """

    def __init__(self, target: str, bounds: Bounds | None = None) -> None:
        self.target = target
        self.bounds = bounds or Bounds()
        self._process: Process | None = None
        self._lock = threading.Lock()
        self._background = ThreadPoolExecutor(1, thread_name_prefix="bounded")

    def ask(self, request: bytes) -> bytes:
        """The function's answer. Raises Exhausted with a sentence when there is none."""
        outcome = self.ask_all([request])[0]
        if isinstance(outcome, Exhausted):
            raise outcome
        return outcome

    def ask_all(self, requests: Iterable[bytes]) -> list[Outcome]:
        """An outcome for each request, in order. The one that the child was busy with is blamed for its end.

        Where it may have been what came before (the memory, a crash) it is tried once more in a fresh process.
        """
        waiting = list(requests)
        outcomes: list[Outcome] = []
        with self._lock:
            try:
                while len(outcomes) < len(waiting):
                    self._converse(waiting, outcomes)
            except BaseException:  # not even an interrupted conversation may leave answers of the past in the pipe
                self._end()
                raise
        return outcomes

    def begin(self, requests: Sequence[bytes]) -> Future[list[Outcome]]:
        """As ask_all, in the background; several beginnings are served one after another."""
        return self._background.submit(self.ask_all, requests)

    def close(self) -> None:
        """End the child, if there is one; asking again starts another."""
        with self._lock:
            self._end()

    def disown(self) -> None:
        """Forget the child in a forked process."""
        if self._process is not None:
            self._process.disown()
            self._process = None

    @property
    def pid(self) -> int | None:
        """The process id of the child that is there now."""
        return self._process.pid if self._process else None

    def _converse(self, waiting: Sequence[bytes], outcomes: list[Outcome]) -> None:
        """Ask what has no outcome yet, until all is answered or the process ends.

        A child that says anything but the next answer is given up at once: what it says may be about another request.
        """
        process = self._process = self._process or Process(self.target, self.bounds)
        outgoing = frames.Outgoing(waiting[len(outcomes) :])
        until = time.monotonic() + self.bounds.seconds
        try:
            while len(outcomes) < len(waiting):
                for kind, number, content in process.exchange(outgoing, until):
                    _insist(number == process.served + 1 and len(outcomes) < len(waiting))
                    until = time.monotonic() + self.bounds.seconds  # each has its time from the answer before
                    if kind == frames.NO_MEMORY:
                        self._blame(process, Reason.MEMORY, outcomes)
                        return
                    outcomes.append(self._outcome(kind, content))
                    process.served += 1
                    if kind == frames.LAST_ANSWER:
                        self._end()
                        return
        except TooSlow:
            self._end()
            outcomes.append(Exhausted(Reason.TIME, self.bounds))
        except (EOFError, frames.Garbage):
            if len(outcomes) == len(waiting):
                self._end()
            else:
                self._blame(process, Reason.CRASH, outcomes)

    def _outcome(self, kind: bytes, content: bytes) -> Outcome:
        if kind in {frames.ANSWER, frames.LAST_ANSWER}:
            return content
        if kind == frames.TOO_LONG:
            return Exhausted(Reason.ANSWER, self.bounds)
        if kind == frames.FAILED:
            log.warning("a bounded function failed", target=self.target, error=content.decode("ascii", "replace"))
            return Exhausted(Reason.FAILED, self.bounds)
        raise frames.Garbage

    def _blame(self, process: Process, reason: Reason, outcomes: list[Outcome]) -> None:
        """Give the request that was being served its outcome, unless the process may have been worn by others."""
        status = self._end()
        if status == -signal.SIGXCPU:
            reason = Reason.TIME
        if process.served == 0 or reason is Reason.TIME:
            outcomes.append(Exhausted(reason, self.bounds))

    def _end(self) -> int | None:
        process, self._process = self._process, None
        return process.kill() if process else None


def _insist(is_due: bool) -> None:
    if not is_due:
        raise frames.Garbage


_shared: dict[tuple[str, Bounds], Child] = {}
_sharing = threading.Lock()


def shared(target: str, bounds: Bounds | None = None) -> Child:
    """The one child of this process for a function and its bounds."""
    key = (target, bounds or Bounds())
    with _sharing:
        if key not in _shared:
            _shared[key] = Child(*key)
        return _shared[key]


def close_all() -> None:
    """End the children that are shared; they start again when they are asked."""
    for child in list(_shared.values()):
        child.close()


def _forget_after_fork() -> None:
    global _sharing  # noqa: PLW0603 - a lock that another thread held at the fork is never freed here
    _sharing = threading.Lock()
    for child in _shared.values():
        with contextlib.suppress(OSError):
            child.disown()
    _shared.clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget_after_fork)
