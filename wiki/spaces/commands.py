"""``flask spaces``: spaces from the command line."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from wiki.db import reading, transaction
from wiki.errors import DomainError
from wiki.permissions.actor import SYSTEM
from wiki.spaces import queries, service
from wiki.web.theming import themes

EVERY_SPACE = 1_000_000


@click.group("spaces")
def spaces() -> None:
    """Make spaces and list them."""


@spaces.command("create")
@click.argument("key")
@click.argument("name")
@click.option("--description", default="", help="One or two sentences that say what the space is for.")
@click.option("--theme", "theme_id", help="The id of a theme; the site's if left out.")
@with_appcontext
def create(key: str, name: str, description: str, theme_id: str | None) -> None:
    """Make a site space. Its administrators are the super users until one of them chooses others."""
    if theme_id is not None and theme_id not in themes():
        raise click.BadParameter(f"There are these themes: {', '.join(sorted(themes()))}.", param_hint="--theme")
    try:
        with transaction():
            service.create_space(SYSTEM, key=key, name=name, description=description, theme=theme_id)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The space {name} is at /spaces/{key}.")


@spaces.command("list")
@with_appcontext
def list_spaces() -> None:
    """List the spaces with their kinds and themes."""
    with reading():
        for space in queries.visible_spaces(SYSTEM, limit=EVERY_SPACE):
            click.echo(f"{space.key}: {space.name}; {space.kind}; theme: {space.theme or 'the site’s'}")


COMMANDS: tuple[click.Command, ...] = (spaces,)
