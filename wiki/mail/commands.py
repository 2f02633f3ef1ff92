"""``flask mail …``: importing, fetching, and looking into the archive from a terminal."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup
from sqlalchemy import select

from wiki.blobs.configured import blob_store
from wiki.blobs.store import BlobMissing
from wiki.db import reading
from wiki.errors import Conflict
from wiki.mail import body, forest, queries, rederiving
from wiki.mail.certificates.commands import certify_account
from wiki.mail.exporting import commands as exporting
from wiki.mail.fetching import sync
from wiki.mail.importing import commands as importing
from wiki.mail.keeping import commands as keeping
from wiki.mail.message import RawMessage
from wiki.mail.models import MailAccount, Message
from wiki.mail.parsing import parse
from wiki.mail.raws import MISSING
from wiki.mail.terminal import Bar, bars_on_terminal, site_space

mail = AppGroup("mail", help="The mail archive: import, fetch, read and verify.")
mail.add_command(certify_account)
COMMANDS: tuple[click.Command, ...] = (mail,)


mail.add_command(importing.import_mail)
mail.add_command(keeping.verify)
mail.add_command(keeping.sweep)
mail.add_command(exporting.export)
mail.add_command(keeping.lift_tombstone)


@mail.command("fetch")
@click.option("--account", type=int, help="Only the account of this number; otherwise all that are enabled.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per account.")
def fetch(account: int | None, *, as_json: bool) -> None:
    """Fetch new mail now. The exit code is 1 when an account could not be fetched."""
    with reading() as session:
        wanted = select(MailAccount.id, MailAccount.name).order_by(MailAccount.id)
        wanted = wanted.where(MailAccount.id == account) if account else wanted.where(MailAccount.is_enabled.is_(True))
        accounts = session.execute(wanted).all()
    if not accounts:
        raise click.ClickException("There is no such account." if account else "There is no enabled account.")
    failed = False
    for row in accounts:
        with bars_on_terminal() as bars:
            try:
                ok, result = sync.fetch(row.id, Bar(bars, row.name))
            except Conflict as error:
                ok, result = False, str(error)
        failed = failed or not ok
        answer = {"account": row.id, "name": row.name, "ok": ok, "result": result}
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else f"{row.name}: {result}")
    sys.exit(1 if failed else 0)


@mail.command("parse")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry; the answer is always JSON.")
def parse_file(file: BinaryIO, *, as_json: bool) -> None:  # noqa: ARG001
    """Show what the parser makes of the one message in FILE (- for standard input)."""
    parsed = parse.parse(RawMessage(file.read()))
    shown = parse.to_json(parsed, body.safe_html(parsed).html)
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


@mail.command("threads")
@click.argument("space")
@click.option("--json", "as_json", is_flag=True, help="Print a list of trees: [message id or null, [child trees]].")
def threads(space: str, *, as_json: bool) -> None:
    """Show the threads of SPACE as trees."""
    with reading():
        trees = queries.trees(site_space(space))
    if as_json:
        click.echo(forest.as_json(trees))
        return
    waiting = [(tree, 0) for tree in reversed(trees)]
    while waiting:
        (message_id, children), depth = waiting.pop()
        click.echo("  " * depth + (message_id or "(not in the archive)"))
        waiting.extend((child, depth + 1) for child in reversed(children))


@mail.command("raw")
@click.argument("message", type=int)
def raw(message: int) -> None:
    """Write the exact bytes of the archived MESSAGE (its number) to standard output."""
    with reading() as session:
        sha256 = session.scalar(select(Message.sha256).where(Message.id == message))
    if sha256 is None:
        raise click.ClickException(f"There is no message {message}.")
    try:
        sys.stdout.buffer.write(blob_store().read(sha256))
    except BlobMissing as error:
        raise click.ClickException(MISSING) from error


@mail.command("reparse")
@click.argument("space")
def reparse(space: str) -> None:
    """Make everything that is derived from the raw messages of SPACE anew."""
    click.echo(f"{rederiving.reparse(site_space(space)):,} messages parsed anew.")
