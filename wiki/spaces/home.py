"""A space's front door: another room, which is above this one, furnishes and shows it (``wiki/rooms.py``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from flask.typing import ResponseReturnValue

from wiki.permissions.actor import Actor
from wiki.spaces.models import Space

EXTENSION = "postroom.space_home"


@dataclass(frozen=True)
class SpaceHome:
    """What stands at ``/spaces/<key>``.

    ``begin(actor, space)`` puts the first content into a new space and never commits; ``show(space)`` answers a
    request of somebody who may view the space.
    """

    begin: Callable[[Actor, Space], object]
    show: Callable[[Space], ResponseReturnValue]


def install(app: Flask, home: SpaceHome) -> None:
    """Give the app the home of its spaces."""
    app.extensions[EXTENSION] = home


def space_home() -> SpaceHome:
    """The home of all spaces."""
    found: SpaceHome = current_app.extensions[EXTENSION]
    return found
