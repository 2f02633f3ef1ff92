"""What an administrator may change while the wiki runs: typed, with defaults, stored as rows.

Rooms declare theirs as plain values and ``wiki/rooms.py`` lists them; docs/settings.md describes each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, current_app, g, has_request_context
from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from wiki.extensions import Model, db

EXTENSION = "postroom.settings"

type_names = {bool: "yes or no", int: "a whole number", str: "text"}


class StoredSetting(Model):
    """A setting that differs from its default."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[object] = mapped_column(JSON)


@dataclass(frozen=True)
class Setting:
    """One administrator's setting: its name (``room.name``), default (which also gives the type) and what it does."""

    name: str
    default: bool | int | str
    description: str


def install(app: Flask, declared: Iterable[Setting]) -> None:
    """Give the app the settings that its rooms declare."""
    app.extensions[EXTENSION] = {setting.name: setting for setting in declared}


def declared() -> dict[str, Setting]:
    """All settings that exist, by name."""
    found: dict[str, Setting] = current_app.extensions[EXTENSION]
    return found


def get_bool(name: str) -> bool:
    """The value of a yes-or-no setting."""
    return bool(_value(name))


def get_str(name: str) -> str:
    """The value of a text setting."""
    return str(_value(name))


def put(name: str, value: bool | int | str) -> None:
    """Store a value; the type must be the default's. The caller records the change."""
    setting = declared()[name]
    if type(value) is not type(setting.default):
        raise TypeError(f"{name} takes {type_names[type(setting.default)]}.")
    stored = db.session.get(StoredSetting, name)
    if stored is None:
        db.session.add(StoredSetting(name=name, value=value))
    else:
        stored.value = value
    db.session.flush()
    if has_request_context():
        g.pop("settings", None)


def feature_is_on(feature: str) -> bool:
    """Whether an optional part of the wiki is switched on: the setting ``<feature>.enabled``."""
    return get_bool(f"{feature}.enabled")


def _value(name: str) -> object:
    setting = declared()[name]
    return _stored().get(name, setting.default)


def _stored() -> dict[str, object]:
    """All stored values in one query, once a request."""
    if not has_request_context():
        return _load()
    if "settings" not in g:
        g.settings = _load()
    loaded: dict[str, object] = g.settings
    return loaded


def _load() -> dict[str, object]:
    return {row.name: row.value for row in db.session.scalars(select(StoredSetting))}
