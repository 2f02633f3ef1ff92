"""``flask mail import``."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from wiki.db import reading, transaction
from wiki.mail.importing import transfer
from wiki.mail.importing.models import ImportNote
from wiki.mail.models import MailImport
from wiki.mail.terminal import Bar, bars_on_terminal, refusals, site_space


@click.command("import")
@click.argument("space")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_appcontext
def import_mail(space: str, path: Path, *, as_json: bool) -> None:
    """Import PATH into SPACE: an mbox file, a Maildir, .eml files, zip or tar archives of these, packed or not.

    Importing it again adds nothing. One that was killed goes on where it was when it is asked for again.
    """
    space_id = site_space(space)
    with refusals(), bars_on_terminal() as bars:
        import_id = _begun(space_id, path.resolve())
        result = transfer.run(import_id, Bar(bars, path.name))
    with reading() as session:
        done = session.get_one(MailImport, import_id)
        error = done.error
        counts = {
            "archived": done.archived,
            "duplicates": done.duplicates,
            "set_aside": done.set_aside,
            "passed_over": done.passed_over,
        }
        notes = session.execute(
            select(ImportNote.name, ImportNote.reason).where(ImportNote.import_id == import_id).order_by(ImportNote.id)
        ).all()
    for name, reason in notes:
        click.echo(f"{name!r}: {reason}", err=True)
    if error:
        raise click.ClickException(error)
    click.echo(json.dumps(counts) if as_json else result)


def _begun(space_id: int, path: Path) -> int:
    """The import of this file that was cut off, if there is one, else a new one."""
    with transaction() as session:
        cut_off = session.scalar(
            select(MailImport.id)
            .where(
                MailImport.space_id == space_id,
                MailImport.path == str(path),
                MailImport.requested_by == transfer.COMMAND_LINE,
                MailImport.finished_at.is_(None),
            )
            .order_by(MailImport.id.desc())
            .limit(1)
        )
        return cut_off or transfer.begin(session, space_id, path, transfer.COMMAND_LINE)
