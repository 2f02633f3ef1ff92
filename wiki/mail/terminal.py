"""What the commands of the mail room share: progress as a bar, refusals as errors, spaces by their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import select

from wiki.db import reading
from wiki.errors import DomainError
from wiki.spaces.models import Space, SpaceKind


class Bar:
    """A job's progress as a bar on standard error."""

    def __init__(self, bar: Progress, title: str) -> None:
        self._bar = bar
        self._task = bar.add_task(title, total=None)

    def tell(self, done: int, total: int | None = None) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done, total=total)


def bars_on_terminal() -> Progress:
    """Where bars are shown, for a ``with`` block."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the domain's refusals into the command line's way to say no."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def site_space(key: str) -> int:
    """The id of a space that may keep mail. Raises ClickException."""
    with reading() as session:
        space = session.scalar(select(Space).where(Space.key_folded == key.casefold()))
        if space is None:
            raise click.ClickException(f"There is no space {key}.")
        if space.kind != SpaceKind.SITE:
            raise click.ClickException("A personal space keeps no mail.")
        return space.id
