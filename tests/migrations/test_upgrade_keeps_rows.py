"""An archive that an earlier release made keeps every row when a newer one opens it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from tests.conftest import settings_for
from wiki.app import create_app
from wiki.extensions import db

FIRST_RELEASE = "0001"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def a_value(column: sa.Column[object], number: int) -> object:
    """Something that fits the column; a foreign key leads to the only row of its table."""
    if column.foreign_keys or column.primary_key:
        return 1
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 11, 22, tzinfo=UTC)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.JSON):
        return []
    if isinstance(kind, sa.LargeBinary):
        return b"sealed"
    return number if isinstance(kind, sa.Integer) else "text"


def one_row_in_each(connection: sa.Connection) -> dict[str, int]:
    """Fill the tables as the database knows them, which is not as today's code does."""
    tables = sa.MetaData()
    tables.reflect(connection)
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    filled = {}
    for number, table in enumerate(tables.tables.values()):
        if table.name != "alembic_version":
            values = {column.name: a_value(column, number) for column in table.columns}
            connection.execute(table.insert().values(values))
            filled[table.name] = 1
    return filled


def test_every_row_of_the_first_release_is_kept(fresh: Flask) -> None:
    upgrade(revision=FIRST_RELEASE)
    with db.engine.begin() as connection:
        filled = one_row_in_each(connection)
    upgrade()
    with db.engine.connect() as connection:
        there = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in filled}
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    assert len(filled) > 20
    assert there == filled
    assert broken == []


def test_foreign_keys_are_watched_again_after_the_upgrade(fresh: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
