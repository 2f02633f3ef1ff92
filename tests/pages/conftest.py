"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import event

from wiki.extensions import db


@dataclass
class Counted:
    """How many statements a block sent to the database."""

    number: int = 0


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[Counted]]:
    """Count what a ``with`` block asks of the database."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def count(*_: object) -> None:
            counted.number += 1

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            yield counted
        finally:
            event.remove(db.engine, "before_cursor_execute", count)

    return counting
