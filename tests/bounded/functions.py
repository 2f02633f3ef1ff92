"""What the tests run in a bounded child."""

from __future__ import annotations

import ctypes
import os
import resource
import time
from pathlib import Path

from wiki.bounded import frames

KEPT: list[bytes] = []
ASKED: list[bytes] = []


def reverse(request: bytes) -> bytes:
    return request[::-1]


def obey(request: bytes) -> bytes:
    """Do what the request's first word says: good requests and bad ones in one child."""
    ASKED.append(request)
    word, _, rest = request.partition(b" ")
    bad = {
        b"loop": _loop,
        b"sleep": _sleep,
        b"allocate": _allocate,
        b"recurse": _recurse,
        b"exit": lambda: os._exit(0),
        b"segfault": lambda: ctypes.string_at(0),
        b"fail": _fail,
        b"garbage": _garbage,
        b"twice": lambda: _say_before(request, 0),
        b"twice-slowly": lambda: _say_before(request, 0.3),
        b"print": lambda: (print("to whom it may concern"), os.write(1, b"x" * 100)),
    }
    if word == b"long":
        return b"x" * int(rest)
    if word == b"grow":
        KEPT.append(b"x" * int(rest))
    if word in bad:
        bad[word]()
    return b"done " + request


def about(_request: bytes) -> bytes:
    """What the child has of its parent."""
    descriptors = list(Path("/proc/self/fd").iterdir())
    limits = [resource.getrlimit(each)[0] for each in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS)]
    return repr((dict(os.environ), len(descriptors), limits, str(Path.cwd()))).encode()


def pid(_request: bytes) -> bytes:
    return str(os.getpid()).encode()


def _loop() -> None:
    while True:
        pass


def _sleep() -> None:
    time.sleep(3600)


def _allocate() -> None:
    held = []
    while True:
        held.append(bytearray(1024 * 1024))


def _recurse() -> None:
    _recurse()


def _fail() -> None:
    raise ValueError("with a secret")


def _garbage() -> None:
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"this is no frame at all, but it is long enough to be taken for one")
        except OSError:
            continue


def _say_before(request: bytes, seconds: float) -> None:
    """An answer before the answer, in a frame as it should be."""
    frame = frames.HEADER.pack(frames.ANSWER, len(ASKED), len(request)) + request
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    time.sleep(seconds)


def end(_request: bytes) -> bytes:
    os._exit(1)
