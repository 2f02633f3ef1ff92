"""``flask spaces``."""

from __future__ import annotations

from flask import Flask

from tests.people import Person, Site
from wiki.extensions import db
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.spaces import queries


def test_a_space_is_made_from_the_command_line(app: Flask, site: Site, charlie: Person) -> None:
    ran = app.test_cli_runner().invoke(args=["spaces", "create", "RIVER", "The river", "--theme", "documentation"])
    assert ran.exit_code == 0, ran.output
    db.session.rollback()
    space = queries.by_key("RIVER")
    assert space is not None
    assert (space.name, space.theme) == ("The river", "documentation")
    assert can(charlie.actor, Permission.SPACE_VIEW, space.id)
    listed = app.test_cli_runner().invoke(args=["spaces", "list"])
    assert "RIVER: The river" in listed.output


def test_a_taken_key_and_an_unknown_theme_are_told_in_a_sentence(app: Flask, site: Site, alice: Person) -> None:
    taken = app.test_cli_runner().invoke(args=["spaces", "create", "team", "Another"])
    assert taken.exit_code == 1
    assert "There is a space with this key already" in taken.output
    unknown = app.test_cli_runner().invoke(args=["spaces", "create", "RIVER", "The river", "--theme", "nothing"])
    assert unknown.exit_code == 2
    assert "default, documentation" in unknown.output
    db.session.rollback()
    assert queries.by_key("RIVER") is None
