"""The commands that belong to no room: serving, the worker, the health check, the keys."""

from __future__ import annotations

import os
import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from wiki import doctoring, keys
from wiki.accounts import setup
from wiki.crypto import CannotUnseal
from wiki.db import transaction
from wiki.jobs.lease import LeaseTaken
from wiki.jobs.scheduler import serve as serve_worker
from wiki.serving import serve as serve_site


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the worker: it fetches, imports and indexes. A second one waits until the first has gone."""
    serve_worker(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Run the whole site: the web server and the worker, until Ctrl-C."""
    address = f"http{'s' if current_app.config['HTTPS'] else ''}://{current_app.config['BIND']}"
    with transaction():
        token = setup.begin() if setup.is_wanted() else ""
    if token:
        click.echo(f"This site is new. Set it up here, once:\n\n  {address}/setup/{token}\n")
    else:
        click.echo(f"Serving at {address}/")
    sys.exit(serve_site(current_app.config, dict(os.environ)))


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look whether everything is in order: database, blobs, keys, index, worker. The exit code is 1 if not."""
    findings = doctoring.examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.what}: {finding.sentence}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


crypto = AppGroup("crypto", help="The keys that seal stored passwords.")


@crypto.command("rotate")
def rotate() -> None:
    """Make a new key and seal every stored password with it. Safe while the site runs."""
    try:
        count = keys.rotate()
    except LeaseTaken as error:
        raise click.ClickException("The keys are being changed by another process just now.") from error
    except CannotUnseal as error:
        raise click.ClickException(f"{error} Nothing was changed; restore the key file that belongs to it.") from error
    click.echo(f"{count:,} secrets sealed with a new key; the key before it still opens older backups.")


COMMANDS: tuple[click.Command, ...] = (worker, serve, doctor, crypto)
