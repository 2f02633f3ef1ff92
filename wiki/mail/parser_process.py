"""The child process in which mail is taken apart, with the limits that this instance is configured with."""

from __future__ import annotations

from flask import current_app

from wiki.bounded.bounds import MEBIBYTE
from wiki.bounded.child import Bounds, Child, shared


def parser_process(function: str) -> Child:
    """The child of this process for a function ``package.module:name`` of bytes to bytes."""
    config = current_app.config
    return shared(
        function, Bounds(seconds=config["MAIL_PARSE_SECONDS"], memory=config["MAIL_PARSE_MEMORY_MB"] * MEBIBYTE)
    )
