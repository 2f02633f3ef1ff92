"""Every implementation of a port, for the suite that all of them must pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.memory_search import MemorySearch
from wiki.search.backend import SearchBackend
from wiki.search.backends.whoosh import WhooshBackend


@pytest.fixture(params=["memory", "whoosh"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchBackend]:
    """An empty index."""
    if request.param == "memory":
        yield MemorySearch()
        return
    engine = WhooshBackend(tmp_path / "index")
    with engine.rebuild():
        pass
    yield engine
    engine.close()
