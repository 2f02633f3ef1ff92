"""``flask mail verify`` and ``flask mail sweep``."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from wiki.db import reading
from wiki.mail.keeping import sweeping, verification
from wiki.mail.terminal import Bar, bars_on_terminal, site_space
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
@with_appcontext
def sweep() -> None:
    """Remove half-written files, and blobs that nothing has named for a week. The worker does so every day."""
    click.echo(sweeping.sweep().in_words() or "There was nothing to clear.")
