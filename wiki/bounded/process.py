"""One child process as its parent sees it: started, talked to, and killed with its group."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from wiki.bounded import frames
from wiki.bounded.bounds import Bounds, NotStarted
from wiki.words import MEBIBYTE

START_SECONDS = 60  # an interpreter on a busy machine; no request is charged for it
_PIPE = MEBIBYTE
_READ = 256 * 1024
_ROOT = Path(__file__).resolve().parents[2]


class TooSlow(Exception):
    """Nothing came in the time given."""


class Process:
    """A child that is ready to serve. Used by one thread at a time."""

    def __init__(self, target: str, bounds: Bounds) -> None:
        """Start it and wait until it is ready. Raises NotStarted."""
        lifeline, self._lifeline = os.pipe()
        try:
            self._popen = _start(target, bounds, lifeline)
        except OSError as error:
            os.close(self._lifeline)
            raise NotStarted(f"No process can be started: {error.strerror}.") from error
        finally:
            os.close(lifeline)
        self.served = 0
        self._requests, self._answers = _pipes(self._popen)
        self._incoming = frames.Incoming(bounds.answer)
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        try:
            kinds = [kind for kind, _, _ in self.exchange(frames.Outgoing([]), time.monotonic() + START_SECONDS)]
        except (EOFError, TooSlow, frames.Garbage) as error:
            self.kill()
            raise NotStarted(f"The process for {target} does not start.") from error
        if kinds != [frames.READY]:
            self.kill()
            raise NotStarted(f"The process for {target} does not speak as it should.")

    def exchange(self, outgoing: frames.Outgoing, until: float) -> Iterator[tuple[bytes, int, bytes]]:
        """Write what can be written until something has come; gives the frames that came.

        Raises TooSlow after ``until`` (of time.monotonic), EOFError when the child is gone, Garbage.
        """
        while True:
            self._listen_for_room(bool(outgoing))
            ready = dict(self._poll.poll(max(0.0, until - time.monotonic()) * 1000))
            if self._answers in ready:
                some = os.read(self._answers, _READ)
                if not some:
                    raise EOFError
                yield from self._incoming.feed(some)
                return
            if self._requests in ready:
                try:
                    outgoing.write_some(self._requests)
                except BrokenPipeError:  # what it said last is still to be read
                    outgoing.drop()
            elif time.monotonic() >= until:
                raise TooSlow

    def kill(self) -> int:
        """End the child and all that it started; gives its exit status, negative for a signal."""
        # Its group cannot be another's: the child is waited for only afterwards.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._popen.returncode is None and self._popen.poll() is None:
                os.killpg(self._popen.pid, signal.SIGKILL)
        status = self._popen.wait()
        self.forget()
        return status

    def forget(self) -> None:
        """Close our ends of its pipes."""
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def disown(self) -> None:
        """Forget it in a forked process, whose child it is not."""
        self._popen.returncode = 0  # or the destructor would wait for it
        self.forget()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._popen.pid

    def _listen_for_room(self, wanted: bool) -> None:
        if wanted:
            self._poll.register(self._requests, select.POLLOUT)
        else:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._requests)


def _start(target: str, bounds: Bounds, lifeline: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-P",
        "-s",
        "-m",
        "wiki.bounded.serve",
        target,
        json.dumps(asdict(bounds)),
        f"{lifeline}",
    ]
    # Nothing of ours goes with it: no secrets in the environment, no descriptors, no terminal, no folder.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        pass_fds=[lifeline],
        env={
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            # One heap: every further one would reserve 64 MB of the address space that is counted.
            "MALLOC_ARENA_MAX": "1",
        },
        cwd="/",
        start_new_session=True,
    )


def _pipes(popen: subprocess.Popen[bytes]) -> tuple[int, int]:
    assert popen.stdin is not None  # noqa: S101 - as asked for above
    assert popen.stdout is not None  # noqa: S101
    for stream in (popen.stdin, popen.stdout):
        os.set_blocking(stream.fileno(), False)
        # A larger pipe wakes both sides less often; the system may have no room for it, and that is no matter.
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
    return popen.stdin.fileno(), popen.stdout.fileno()
