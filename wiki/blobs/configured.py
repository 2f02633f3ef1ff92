"""The blob store that the current app is configured with."""

from __future__ import annotations

from flask import Flask, current_app

from wiki.blobs.local import LocalBlobStore

EXTENSION = "postroom.blobs"


def install(app: Flask) -> None:
    """Give the app its blob store."""
    app.extensions[EXTENSION] = LocalBlobStore(app.config["DATA"] / "blobs")


def blob_store() -> LocalBlobStore:
    """The current app's blob store."""
    found: LocalBlobStore = current_app.extensions[EXTENSION]
    return found
