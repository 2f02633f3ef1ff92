"""What the tests of this folder ask for."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.failures.world import World
from tests.people import Site


@pytest.fixture
def world(app: Flask, site: Site) -> World:
    """A space whose accounts lead to servers that misbehave."""
    # Patience is for real servers; these are silent on purpose.
    app.config["MAIL_FETCH_DEADLINE_SECONDS"] = 20
    return World(app, site)
