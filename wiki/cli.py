"""The commands that belong to no room: the worker, the health check, the keys."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from wiki.jobs.scheduler import serve


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the worker: it fetches, imports and indexes. A second one waits until the first has gone."""
    serve(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way to the app itself


COMMANDS: tuple[click.Command, ...] = (worker,)
