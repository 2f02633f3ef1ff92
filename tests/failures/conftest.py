"""What the tests of this folder ask for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import settings_for
from tests.failures.world import World
from tests.people import Site
from wiki.app import create_app
from wiki.extensions import db

PATIENCE = 20  # for a server that answers; those that do not are given less by their tests


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Flask]:
    """One application for all tests of a file: to make one takes longer than most of them."""
    data = tmp_path_factory.mktemp("failures")
    shutil.copy(empty_database, data / "postroom.sqlite")
    made = create_app(settings_for(data))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def shared_site(shared_app: Flask) -> Site:
    """The site of a file's tests."""
    return Site(shared_app)


@pytest.fixture
def world(shared_app: Flask, shared_site: Site) -> Iterator[World]:
    """A space of its own whose accounts lead to servers that misbehave."""
    before = dict(shared_app.config)
    shared_app.config.update(MAIL_FETCH_DEADLINE_SECONDS=PATIENCE, MAIL_ALLOW_HOSTS=frozenset())
    made = World(shared_app, shared_site)
    made.begin_again()
    yield made
    db.session.remove()
    shared_app.config.update(before)


@pytest.fixture
def world_alone(app: Flask, site: Site) -> World:
    """The same in an application of its own, for what would leave a damaged store behind."""
    app.config["MAIL_FETCH_DEADLINE_SECONDS"] = PATIENCE
    return World(app, site)
