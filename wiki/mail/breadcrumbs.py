"""The way back that stands above the pages of mail accounts."""

from __future__ import annotations

from flask import url_for

from wiki.spaces.models import Space


def to_home(space: Space) -> list[tuple[str, str]]:
    """From the accounts of a space to its home."""
    return [(space.name, url_for("spaces.home", key=space.key))]


def to_accounts(space: Space) -> list[tuple[str, str]]:
    """From a page about one account."""
    return [*to_home(space), ("Mail Accounts", url_for("mail.accounts", key=space.key))]
