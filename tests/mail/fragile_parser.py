"""The real parser's process, but some messages are too much for it: what they do stands in their subject."""

from __future__ import annotations

import ctypes
import os

from wiki.mail import deriving


def answer(request: bytes) -> bytes:
    if b"Subject: crash" in request:
        ctypes.string_at(0)
    if b"Subject: loop" in request:
        while True:
            pass
    if b"Subject: eat" in request:
        return b"x" * (1 << 40)
    if b"Subject: end" in request:
        os._exit(1)
    return deriving.answer(request)
