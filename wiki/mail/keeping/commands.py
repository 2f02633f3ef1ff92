"""``flask mail verify``, ``flask mail sweep`` and ``flask mail lift-tombstone``."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from wiki.db import reading, transaction
from wiki.mail.keeping import sweeping, tombstones, verification
from wiki.mail.terminal import Bar, bars_on_terminal, site_space
from wiki.permissions.actor import SYSTEM
from wiki.spaces.models import Space, SpaceKind


@click.command("verify")
@click.argument("space", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def verify(space: str | None, *, as_json: bool) -> None:
    """Read every raw message of SPACE, or of all spaces, again. The exit code is 1 when one is damaged."""
    with reading() as session:
        every = select(Space.id).where(Space.kind == SpaceKind.SITE).order_by(Space.id)
        wanted = [site_space(space)] if space else list(session.scalars(every))
    found = verification.Verification()
    with bars_on_terminal() as bars:
        for space_id in wanted:
            found.add(verification.verify(space_id, Bar(bars, "Verifying")))
    if as_json:
        click.echo(json.dumps({"whole": found.whole, "damaged": found.damaged, "missing": found.missing}))
    else:
        click.echo(found.in_words())
    sys.exit(0 if found.is_clean else 1)


@click.command("sweep")
@click.option("--unnamed", is_flag=True, help="Also what no row names; never after an older database was put back.")
@with_appcontext
def sweep(unnamed: bool) -> None:
    """Remove half-written files, and a week later the bytes of purged mail. The worker does so every day."""
    click.echo(sweeping.sweep(unnamed=unnamed).in_words() or "There was nothing to clear.")


@click.command("lift-tombstone")
@click.argument("space")
@click.argument("sha256")
@with_appcontext
def lift_tombstone(space: str, sha256: str) -> None:
    """Let the message with the raw bytes of SHA256 (the audit log has it) come into SPACE again by fetch or import."""
    space_id = site_space(space)
    with transaction():
        was_there = tombstones.lift(SYSTEM, space_id, sha256.lower())
    if not was_there:
        raise click.ClickException("No message of that hash was destroyed in this space.")
    click.echo("A fetch or an import may bring this message back now.")
