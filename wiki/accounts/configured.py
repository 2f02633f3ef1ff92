"""The two groups that the deployment names, read here so that the rest of the room needs no Flask."""

from __future__ import annotations

from flask import current_app


def super_group() -> str:
    """The group whose members may do all."""
    return str(current_app.config["SUPER_GROUP"])


def users_group() -> str:
    """The group that everybody who signs up joins."""
    return str(current_app.config["USERS_GROUP"])
