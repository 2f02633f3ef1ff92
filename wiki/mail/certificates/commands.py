"""``flask mail certify``: the certificate of an account, as a table."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from wiki.db import reading
from wiki.errors import Conflict
from wiki.jobs.progress import Silent
from wiki.mail.certificates import queries, wording
from wiki.mail.certificates.certify import certify
from wiki.mail.certificates.models import Certificate
from wiki.mail.certificates.service import ASKED_FOR, EVERYTHING
from wiki.mail.models import MailAccount

_COLUMNS = {
    "On server": "on_server",
    "Archived": "archived",
    "Duplicates": "duplicates",
    "Set aside": "set_aside",
    "Held": "held",
    "Deleted here": "purged",
    "New": "arrived",
    "Unexplained": "unexplained",
    "Gone by us": "gone_here",
    "By others": "gone_elsewhere",
    "Hashed": "hashes_read",
}


@click.command("certify")
@click.argument("account", type=int)
@click.option("--read-all", is_flag=True, help="Read and hash every stored copy, instead of up to 5,000 by chance.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def certify_account(account: int, *, read_all: bool, as_json: bool) -> None:
    """Compare what the server of ACCOUNT (its number) holds with the archive. The exit code is 1 when not clean."""
    try:
        is_clean, result = certify(account, Silent(), EVERYTHING if read_all else ASKED_FOR)
    except Conflict as error:
        raise click.ClickException(str(error)) from error
    with reading() as session:
        made = queries.newest(session.get_one(MailAccount, account))
        if as_json:
            click.echo(json.dumps({"is_clean": is_clean, "result": result, "folders": [_plain(each) for each in made]}))
        else:
            _print(made)
            click.echo(result)
    sys.exit(0 if is_clean else 1)


def _print(made: list[Certificate]) -> None:
    table = Table("Folder", *_COLUMNS, "Clean")
    for each in made:
        table.add_row(
            each.folder, *(f"{getattr(each, name):,}" for name in _COLUMNS.values()), "yes" if each.is_clean else "no"
        )
    # A pipe has no width of its own: a table is never cut there.
    console = Console() if sys.stdout.isatty() else Console(width=180)
    console.print(table)
    for each in made:
        click.echo(f"{each.folder}: {wording.in_words(each)}")
        for line in each.differences:
            click.echo(f"  {line['kind']}: {line['where']} {line['text']}".replace("  ", " ").rstrip())


def _plain(made: Certificate) -> dict[str, object]:
    return {
        "folder": made.folder,
        "is_clean": made.is_clean,
        **{name: getattr(made, name) for name in _COLUMNS.values()},
        "digest": made.digest,
        "differences": made.differences,
    }
