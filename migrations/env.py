"""How Alembic runs the wiki's migrations, with the connection and the tables of the current app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from wiki.db import UTCDateTime, will_write
from wiki.extensions import db


def _drop_empty(_context: object, _revision: object, directives: list) -> None:
    """Write no migration file when nothing has changed."""
    if directives and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as what it is in the database: a migration must not change when our code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


@contextmanager
def _rows_stay(connection: Connection) -> Iterator[None]:
    """Let SQLite copy a table without its foreign keys: to drop the old one would delete all that refers to it.

    https://www.sqlite.org/lang_altertable.html#otheralter, steps 1 and 10. The connection is not used again.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    connection.detach()
    driver.execute("PRAGMA foreign_keys = OFF")
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"{len(broken)} rows would be left without what they refer to; nothing was changed.")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        render_item=_render,
        # SQLite cannot alter a column: the table is copied.
        render_as_batch=connection.dialect.name == "sqlite",
        process_revision_directives=_drop_empty,
    )
    with context.begin_transaction():
        context.run_migrations()


will_write(True)
try:
    with current_app.extensions["sqlalchemy"].engine.connect() as connection:
        with _rows_stay(connection):
            _run(connection)
        connection.commit()
finally:
    will_write(False)
