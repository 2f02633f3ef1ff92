"""People from the command line."""

from __future__ import annotations

from flask import Flask

from tests.accounts.helpers import try_to_sign_in
from wiki.accounts import setup
from wiki.accounts.queries import find_group, find_user
from wiki.accounts.sessions import actor_of
from wiki.db import transaction
from wiki.extensions import db
from wiki.permissions.actor import group_token
from wiki.permissions.queries import site_grants


def test_a_user_is_made_with_a_password_from_standard_input(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["users", "create", "dora", "--full-name", "Dora Dahl", "--email", "d@example.org"],
        input="tea in the lower hall\n",
    )

    assert result.output == "The user dora can sign in.\n"
    dora = find_user("dora")
    assert dora is not None
    assert (dora.full_name, dora.email, actor_of(dora).is_super) == ("Dora Dahl", "d@example.org", False)
    assert try_to_sign_in(app.test_client(), "dora", "tea in the lower hall").status_code == 303


def test_a_super_user_is_made_on_an_empty_site_with_its_groups(app: Flask) -> None:
    app.test_cli_runner().invoke(args=["users", "create", "root", "--super"], input="tea in the lower hall\n")

    root, everybody = find_user("root"), find_group("confluence-users")
    assert root is not None
    assert everybody is not None
    assert actor_of(root).is_super
    assert site_grants()[group_token(everybody.id)] == {"site:use", "site:personal_space", "site:create_space"}


def test_a_refusal_is_a_sentence_and_nothing_is_made(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["users", "create", "Dora"], input="short\n")

    assert result.exit_code == 1
    assert "lower case letters" in result.output
    assert "at least 10 characters" in result.output
    db.session.rollback()
    assert find_user("dora") is None


def test_users_are_listed_with_their_groups(app: Flask) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["users", "create", "root", "--super"], input="tea in the lower hall\n")

    assert runner.invoke(args=["users", "list"]).output == "root: root; confluence-administrators, confluence-users\n"


def test_the_address_for_the_set_up_is_printed_once_it_is_needed(app: Flask) -> None:
    runner = app.test_cli_runner()

    address = runner.invoke(args=["setup"]).output.strip()

    assert address.startswith("http://127.0.0.1:8000/setup/")
    assert setup.is_token(address.rpartition("/")[2])
    runner.invoke(args=["users", "create", "root", "--super"], input="tea in the lower hall\n")
    assert runner.invoke(args=["setup"]).output == "This site has been set up.\n"
    db.session.rollback()
    assert not setup.is_token(address.rpartition("/")[2])


def test_groups_that_administrators_have_changed_are_left_alone(app: Flask) -> None:
    with transaction():
        setup.ensure_groups()
        before = site_grants()

    with transaction():
        setup.ensure_groups()

    assert site_grants() == before
