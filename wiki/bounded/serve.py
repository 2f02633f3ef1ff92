"""The child's side: ``python -m wiki.bounded.serve package.module:function BOUNDS LIFELINE``.

``function`` takes bytes and gives bytes. ``BOUNDS`` is JSON; ``LIFELINE`` is the reading end of a pipe that nobody
ever writes to: the kernel ends this process when the parent's end closes, whatever is being done just then.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import math
import os
import resource
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from wiki.bounded import frames
from wiki.bounded.bounds import Bounds

MOST_FILES = 64
SPARE_SECONDS = 2  # of processor time above the wall clock's, so that the parent's clock is the one that speaks
RESTING_SHARE = 0.5  # of the memory: a child that has grown beyond it makes room for a new one


def main(target: str, bounds: Bounds, lifeline: int) -> None:
    """Serve until the requests end or this process has been used enough."""
    _end_with_parent(lifeline)
    requests, answers = _private_pipes()
    _limit(bounds)
    function = _load(target)
    frames.write(answers, frames.READY)
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    served = taken = 0
    while (request := _next(requests, bounds)) is not None:
        served += 1
        taken += len(request)
        kind, content = _answer(function, request, bounds)
        if kind == frames.ANSWER and (served >= bounds.requests or taken >= bounds.taken or _has_grown(statm, bounds)):
            kind = frames.LAST_ANSWER
        frames.write(answers, kind, content, served)
        if kind in {frames.LAST_ANSWER, frames.NO_MEMORY}:
            break


def _next(requests: BinaryIO, bounds: Bounds) -> bytes | None:
    """The next request, with the processor time that it may take."""
    request = frames.read_request(requests)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + bounds.seconds + SPARE_SECONDS, most))
    return request


def _answer(function: Callable[[bytes], bytes], request: bytes, bounds: Bounds) -> tuple[bytes, bytes]:
    try:
        content = function(request)
    except MemoryError:
        return frames.NO_MEMORY, b""
    except Exception as error:  # noqa: BLE001 - the parent is told, and says so
        return frames.FAILED, type(error).__name__.encode()[:100]
    if len(content) > bounds.answer:
        return frames.TOO_LONG, b""
    return frames.ANSWER, content


def _end_with_parent(lifeline: int) -> None:
    """SIGIO, which nothing here handles, ends this process when the pipe's other end is closed (fcntl(2), O_ASYNC).

    Not PR_SET_PDEATHSIG: that watches the thread which started the child, and threads of a web server come and go.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    watch = select.poll()
    watch.register(lifeline, 0)
    if watch.poll(0):  # it had closed before
        os._exit(1)


def _private_pipes() -> tuple[BinaryIO, int]:
    """Take standard input and output for ourselves; a library that prints talks to nobody."""
    requests, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return os.fdopen(requests, "rb", buffering=1 << 17), answers


def _limit(bounds: Bounds) -> None:
    # Should the machine's memory end, the kernel is to take this process and not one that holds a mailbox.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    for limit, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NOFILE, MOST_FILES),
    ):
        _, allowed = resource.getrlimit(limit)
        wanted = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(limit, (wanted, wanted))


def _load(target: str) -> Callable[[bytes], bytes]:
    module, _, name = target.partition(":")
    function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
    return function


def _has_grown(statm: int, bounds: Bounds) -> bool:
    """Whether the memory that is kept after a request is too much; getrusage's peak would be the parent's (execve)."""
    resident = int(os.pread(statm, 100, 0).split()[1]) * resource.getpagesize()
    return resident > bounds.memory * RESTING_SHARE


if __name__ == "__main__":
    main(sys.argv[1], Bounds(**json.loads(sys.argv[2])), int(sys.argv[3]))
