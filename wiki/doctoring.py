"""Whether everything is in order, one finding after the other, each in a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from wiki.crypto import CannotUnseal, seal, unseal
from wiki.db import reading
from wiki.extensions import db
from wiki.jobs.scheduler import is_somebody_working
from wiki.rooms import DOCTORS

LEAST_FREE = 0.05  # of the disk: below this a fetch could fill it


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    sentence: str


def examine() -> list[Finding]:
    """Look at everything; an examination that fails is a finding, not an error."""
    checks: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
        ("database", _database),
        ("tables", _tables),
        ("keys", _keys),
        ("disk", _disk),
        ("worker", _worker),
        *DOCTORS,
    )
    return [Finding(what, *check()) for what, check in checks]


def _database() -> tuple[bool, str]:
    if db.engine.dialect.name != "sqlite":
        return True, f"{db.engine.dialect.name} answers."
    try:
        with reading() as session:
            answer = session.scalar(text("PRAGMA quick_check"))
    except SQLAlchemyError as error:
        return False, f"cannot be read: {type(error).__name__}."
    return answer == "ok", "is whole." if answer == "ok" else f"is damaged: {answer}."


def _tables() -> tuple[bool, str]:
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    if have == script.get_current_head():
        return True, "are the newest."
    return False, "are not the newest; run: flask db upgrade."


def _keys() -> tuple[bool, str]:
    try:
        ok = unseal(seal("a word")) == "a word"
    except (CannotUnseal, OSError, ValueError) as error:
        return False, f"cannot be used: {error}"
    return ok, "seal and unseal."


def _disk() -> tuple[bool, str]:
    usage = shutil.disk_usage(current_app.config["DATA"])
    share = usage.free / usage.total
    return share > LEAST_FREE, f"{share:.0%} of {usage.total / 1024**3:.0f} GB free."


def _worker() -> tuple[bool, str]:
    working = is_somebody_working()
    return working, "is running." if working else "is not running: nothing is fetched or indexed. Run: flask worker."
