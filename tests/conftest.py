"""What every test can ask for: an app of its own on a fresh database, a browser-shaped client, and people."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser import Browser
from tests.factories import begin_again
from tests.people import Person, Site
from wiki.app import create_app
from wiki.extensions import db

pytest_plugins = ["tests.servers.fixtures"]

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and not str(host).startswith("127.") and host not in {"::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {host}.")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no rows, made once and copied for each test."""
    data = tmp_path_factory.mktemp("template")
    app = create_app({**settings_for(data)})
    with app.app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    return data / "postroom.sqlite"


def settings_for(data: Path) -> dict[str, object]:
    """The settings of an instance that lives in a folder."""
    return {
        "TESTING": True,
        "DATA": data,
        "SECRET_KEY": "only for tests",
        "MAIL_KEYS_FILE": data / "keys" / "mail_keys",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{data / 'postroom.sqlite'}",
        "WTF_CSRF_ENABLED": False,
        "MAIL_DELETE_DELAY_HOURS": 0,
        "LOG_LEVEL": "WARNING",
        # Argon2 as slow as it should be would make the tests wait for it more than for anything else.
        "ARGON2_TIME_COST": 1,
        "ARGON2_MEMORY_KIB": 64,
    }


@pytest.fixture
def data(tmp_path: Path, empty_database: Path) -> Path:
    """The data folder of this test's instance."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_database, folder / "postroom.sqlite")
    return folder


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    """An application on a fresh database; a context is pushed, so that a test may talk to the database at once."""
    begin_again()
    made = create_app(settings_for(data))
    made.test_client_class = Browser
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def site(app: Flask) -> Site:
    """The site with its groups, and the means to make people and spaces."""
    return Site(app)


@pytest.fixture
def alice(site: Site) -> Person:
    """Alice administers the space ``TEAM``."""
    return site.alice


@pytest.fixture
def bob(site: Site) -> Person:
    """Bob reads and writes in ``TEAM``."""
    return site.bob


@pytest.fixture
def charlie(site: Site) -> Person:
    """Charlie can use the wiki and has no business in ``TEAM``."""
    return site.charlie


@pytest.fixture
def root(site: Site) -> Person:
    """Root is a super user."""
    return site.root
