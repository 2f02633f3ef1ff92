"""``flask search …``: asking as somebody, rebuilding and verifying from a terminal.

Here and not in the search room, which is below the users and must not know them.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from wiki.accounts.queries import find_user
from wiki.accounts.sessions import actor_of
from wiki.db import reading
from wiki.jobs.lease import LeaseTaken
from wiki.permissions.actor import ANONYMOUS
from wiki.search import indexer, query
from wiki.search.document import Excerpt
from wiki.search.query import Answer, Asked

search = AppGroup("search", help="The search index: ask, rebuild, verify.")
COMMANDS: tuple[click.Command, ...] = (search,)
BUSY = "The index is being written just now; try again in a moment."


@search.command("query")
@click.argument("text")
@click.option("--user", "name", help="Ask with this person's rights; without it as somebody who has not signed in.")
@click.option("--page", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def ask(text: str, name: str | None, page: int, *, as_json: bool) -> None:
    """Search for TEXT, as the search box does. The exit code is 1 when the question is refused."""
    with reading():
        user = find_user(name) if name else None
        if name and user is None:
            raise click.ClickException(f"There is no user {name}.")
        answer = query.search(actor_of(user) if user else ANONYMOUS, Asked(text, page=page))
    if answer.trouble:
        raise click.ClickException(answer.trouble)
    shown = _as_plain(answer)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(f"{answer.total:,}{' or more' if answer.is_capped else ''} found.")
    for result in shown["results"]:
        click.echo(f"{result['kind']:8} {result['title']}  {result['url']}\n         {result['excerpt']}")


@search.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database, beside the living one, and swap."""
    try:
        count = indexer.rebuild()
    except LeaseTaken as error:
        raise click.ClickException(BUSY) from error
    click.echo(f"{count:,} documents in a new index.")


@search.command("verify")
@click.option("--repair", is_flag=True, help="Have what differs indexed anew.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, repair: bool, as_json: bool) -> None:
    """Compare the index with the database. The exit code is 1 when they differ."""
    found = indexer.verify(repair=repair)
    if as_json:
        click.echo(json.dumps({"checked": found.checked, "missing": found.missing, "extra": found.extra,
                               "stale": found.stale}))  # fmt: skip
    elif found.is_clean:
        click.echo(f"All {found.checked:,} documents are as they should be.")
    else:
        click.echo(f"{len(found.missing)} missing, {len(found.extra)} extra, {len(found.stale)} stale.")
    sys.exit(0 if found.is_clean else 1)


def _as_plain(answer: Answer) -> dict[str, Any]:
    urls = current_app.url_map.bind("localhost")
    return {
        "total": answer.total,
        "counts": dict(answer.counts or {}),
        "results": [
            {
                "kind": result.kind.name,
                "title": result.shown.title,
                "url": urls.build(result.shown.endpoint, dict(result.shown.values)),
                "space": result.shown.space_name,
                "author": result.shown.author,
                "date": result.shown.date.isoformat(),
                "excerpt": _plain(result.excerpt),
            }
            for result in answer.results
        ],
    }


def _plain(excerpt: Excerpt) -> str:
    return "".join(segment.text for segment in excerpt).strip()
