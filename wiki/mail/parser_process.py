"""The child process in which mail is taken apart, with the limits that this instance is configured with."""

from __future__ import annotations

from flask import current_app

from wiki.bounded.child import Bounds, Child, shared
from wiki.words import MEBIBYTE

LARGE = 32 * MEBIBYTE
"""Bytes: from here on a message gets memory beyond the setting, and a process of its own size."""
_STEP = 32 * MEBIBYTE
_COPIES = 6  # of itself that a message may need while it is taken apart


def parser_process(function: str, size: int = 0) -> Child:
    """The child of this process for a function ``package.module:name``, and for a message of so many bytes."""
    config = current_app.config
    memory = config["MAIL_PARSE_MEMORY_MB"] * MEBIBYTE
    if size >= LARGE:
        memory += _COPIES * -(-size // _STEP) * _STEP
    return shared(function, Bounds(seconds=config["MAIL_PARSE_SECONDS"], memory=memory))
