"""The search engine that the current app is configured with."""

from __future__ import annotations

from flask import Flask, current_app

from wiki.search.backend import SearchBackend
from wiki.search.backends.whoosh import WhooshBackend

EXTENSION = "postroom.search.backend"


def install(app: Flask) -> None:
    """Give the app its engine; ``SEARCH_BACKEND`` may bring another one that keeps the contract."""
    app.extensions[EXTENSION] = app.config.get("SEARCH_BACKEND") or WhooshBackend(app.config["DATA"] / "index")


def search_backend() -> SearchBackend:
    """The current app's engine."""
    found: SearchBackend = current_app.extensions[EXTENSION]
    return found
