"""People who know their passwords."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from wiki.accounts import service
from wiki.accounts.models import User
from wiki.accounts.queries import find_group
from wiki.accounts.service import NewUser
from wiki.db import transaction
from wiki.permissions.actor import SYSTEM

PASSWORD = "tea in the lower hall"


def join(name: str, *, password: str = PASSWORD, groups: tuple[str, ...] = ()) -> User:
    """Add a user who can sign in."""
    with transaction():
        found = [group for group in map(find_group, groups) if group is not None]
        return service.create_user(SYSTEM, NewUser(name, name.title(), f"{name}@example.org", password, found))


def try_to_sign_in(client: FlaskClient, name: str, password: str, **more: str) -> TestResponse:
    """Fill in the sign-in form and send it."""
    return client.post("/sign-in", data={"name": name, "password": password, **more})
