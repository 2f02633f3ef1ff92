"""The application factory: a list of calls, in the order in which things need each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

import config as deployment
from wiki import crypto, rooms, settings
from wiki.accounts import sessions
from wiki.blobs import configured as blobs
from wiki.cli import COMMANDS
from wiki.db import prepare_engine
from wiki.extensions import csrf, db, login, migrate
from wiki.jobs import registry as jobs
from wiki.logs import configure_logging
from wiki.search import configured as search_engine
from wiki.search import outbox
from wiki.search import registry as search_registry
from wiki.spaces import home, trash
from wiki.web import context, errors, headers, navigation, theming, transaction


class DatabaseInteger(IntegerConverter):
    """A number in an address that a database can hold; a larger one is an address that does not exist."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": 2**63 - 1, **options})


PROJECT = Path(__file__).resolve().parents[1]


def create_app(overrides: Mapping[str, object] | None = None) -> Flask:
    """Build the application; ``overrides`` replace settings of config.py, for tests and tools.

    Raises ConfigError or ThemeError with a sentence; nothing half-configured is ever served.
    """
    app = Flask("wiki", root_path=str(PROJECT / "wiki"), static_folder=None, template_folder=None)
    app.config.from_mapping(deployment.load())
    app.config.from_mapping(overrides or {})
    configure_logging(app.config["LOG_LEVEL"])
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.url_map.converters["int"] = DatabaseInteger
    db.init_app(app)
    login.init_app(app)
    csrf.init_app(app)
    migrate.init_app(app, db, directory=str(PROJECT / "migrations"))
    Compress(app)
    with app.app_context():
        prepare_engine(db.engine)
    settings.install(app, rooms.SETTINGS)
    crypto.install(app)
    blobs.install(app)
    jobs.install(app, rooms.JOBS)
    trash.install(app, rooms.TRASH)
    home.install(app, rooms.SPACE_HOME)
    search_registry.install(app, rooms.KINDS)
    search_engine.install(app)
    outbox.listen(db.session)
    navigation.install(app, rooms.NAV)
    theming.install(app, PROJECT / "themes", rooms.TEMPLATES)
    context.install(app, rooms.CONTEXT)
    sessions.install(login)
    # After-request functions run in the reverse of this order: the transaction ends before headers are set.
    headers.install(app)
    transaction.install(app)
    errors.install(app)
    for blueprint in rooms.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in (*COMMANDS, *rooms.COMMANDS):
        app.cli.add_command(command)
    return app
