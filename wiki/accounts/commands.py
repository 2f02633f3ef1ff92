"""``flask users`` and ``flask setup``: people from the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from wiki.accounts import service, setup
from wiki.accounts.models import User
from wiki.accounts.service import NewUser
from wiki.db import reading, transaction
from wiki.errors import DomainError
from wiki.permissions.actor import SYSTEM


@click.group("users")
def users() -> None:
    """Make users and list them."""


@users.command("create")
@click.argument("name")
@click.option("--full-name", default="", help="The name that other people see; the user name if left out.")
@click.option("--email", default="", help="An e-mail address.")
@click.option("--super", "is_super", is_flag=True, help="Make a super user, who may do all.")
@with_appcontext
def create(name: str, full_name: str, email: str, *, is_super: bool) -> None:
    """Make a user. The password is read from standard input, so that it stands in no command history."""
    password = _password()
    with _sentences(), transaction():
        _, super_users = setup.ensure_groups()
        new = NewUser(name, full_name or name, email, password, [super_users] if is_super else [])
        service.create_user(SYSTEM, new)
    click.echo(f"{'The super user' if is_super else 'The user'} {name} can sign in.")


@users.command("list")
@with_appcontext
def list_users() -> None:
    """List the users with their groups."""
    with reading() as session:
        for user in session.scalars(select(User).options(selectinload(User.groups)).order_by(User.name)):
            state = "" if user.is_active else " (disabled)"
            groups = ", ".join(sorted(group.name for group in user.groups)) or "no group"
            click.echo(f"{user.name}{state}: {user.full_name}; {groups}")


@click.command("setup")
@with_appcontext
def set_up() -> None:
    """Print the one-time address at which a new site is set up; the address from before stops working."""
    with reading():
        is_wanted = setup.is_wanted()
    if not is_wanted:
        click.echo("This site has been set up.")
        return
    with _sentences(), transaction():
        token = setup.begin()
    scheme = "https" if current_app.config["HTTPS"] else "http"
    click.echo(f"{scheme}://{current_app.config['BIND']}/setup/{token}")


@contextmanager
def _sentences() -> Iterator[None]:
    """Say refusals as sentences, with an exit code of 1."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


COMMANDS: tuple[click.Command, ...] = (users, set_up)
