"""Fetching processes for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kill.forks import Stock


@pytest.fixture(scope="session")
def stock() -> Iterator[Stock]:
    """Where fetching processes come from."""
    made = Stock()
    yield made
    made.close()
