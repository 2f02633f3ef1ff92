"""``flask mail export``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext

from wiki.db import reading, transaction
from wiki.errors import NotFound
from wiki.mail.archive_queries import Period
from wiki.mail.exporting import service
from wiki.mail.exporting.queries import Selection, totals
from wiki.mail.formats.bundles import Bundle, BundleFormat
from wiki.mail.terminal import Bar, bars_on_terminal, site_space
from wiki.permissions.actor import SYSTEM

BLOCK = 256 * 1024


@click.command("export")
@click.argument("space")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--format", "kind", type=click.Choice(["mbox", "maildir", "eml"]), default="mbox", show_default=True)
@click.option("--month", default="", help="Only mail of this month (2026-11) or year (2026).")
@click.option("--thread", type=int, help="Only the thread of this number.")
@with_appcontext
def export(space: str, path: Path, kind: str, month: str, thread: int | None) -> None:
    """Export the mail of SPACE, but for its trash, byte for byte and in the order of its dates.

    An mbox file gets its manifest beside it, unless PATH ends with .zip; a Maildir and .eml files are put
    into a zip archive that holds theirs.
    """
    wanted = Selection(site_space(space), _period(month), thread)
    chosen = BundleFormat.MBOX_ZIP if kind == "mbox" and path.suffix == ".zip" else BundleFormat(kind)
    with reading():
        total = totals(SYSTEM, wanted)
    with transaction():
        what = f"thread {thread}" if thread else month or "everything"
        service.note(SYSTEM, f"space:{wanted.space_id}", what, total, chosen.value)
    with closing(Bundle(chosen, space)) as bundle, bars_on_terminal() as bars:
        _write(path, service.make(SYSTEM, wanted, bundle, Bar(bars, path.name), total.count))
        if not chosen.is_zip:
            bundle.manifest.seek(0)
            _write(path.with_name(f"{path.name}.manifest.jsonl"), iter(lambda: bundle.manifest.read(BLOCK), b""))
    click.echo(f"{total.count:,} messages exported to {path}.")


def _period(month: str) -> Period | None:
    try:
        return Period.parse(month) if month else None
    except NotFound as error:
        raise click.ClickException("A month is written 2026-11, a year 2026.") from error


def _write(path: Path, content: Iterable[bytes]) -> None:
    """Write a file so that it is whole and durable, or not there."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            for piece in content:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise click.ClickException(f"{path} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
