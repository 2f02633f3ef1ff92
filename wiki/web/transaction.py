"""One transaction a request: return commits, raise rolls back; reading requests never take the write lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request

from wiki.db import will_write
from wiki.extensions import db

READING = frozenset({"GET", "HEAD", "OPTIONS"})
MARK = "postroom_reads_only"


def reads_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a POST that writes nothing (such as Test Connection), so that it holds no lock while it waits."""
    setattr(view, MARK, True)
    return view


def install(app: Flask) -> None:
    """Begin and end the transactions of requests."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    will_write(request.method not in READING and not getattr(view, MARK, False))


def _end(response: Response) -> Response:
    if response.status_code < 400 and request.method not in READING:
        db.session.commit()
    else:
        db.session.rollback()
    return response
