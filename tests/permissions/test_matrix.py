"""The table at the end of docs/permissions.md, asked line by line as each person."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pages.helpers import write
from tests.people import READER, Site
from tests.permissions.test_scenarios import DOCUMENT
from wiki.db import transaction
from wiki.spaces.models import Space

LINE = re.compile(r"^\| (GET|POST) (/\S*) \| (.+) \|$", re.MULTILINE)
HEAD = re.compile(r"^\| Request \| (.+) \|$", re.MULTILINE)


def table() -> list[tuple[str, str, dict[str, str]]]:
    """Each line: method, address, and the answer for each person."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head = HEAD.search(text)
    assert head is not None
    people = head[1].split(" | ")
    return [
        (method, where, dict(zip(people, cells.split(" | "), strict=True)))
        for method, where, cells in LINE.findall(text)
    ]


def what(answer: TestResponse) -> str:
    """The answer in the table's words."""
    if answer.status_code in {403, 404}:
        return str(answer.status_code)
    if answer.status_code == 303 and answer.location.startswith("/sign-in"):
        return "sign in"
    return "yes" if answer.status_code < 500 else str(answer.status_code)


@pytest.fixture
def browsers(site: Site) -> dict[str, FlaskClient]:
    rita = site.person("rita")
    site.allow(rita, site.team, READER)
    everybody = {"Charlie": site.charlie, "Rita": rita, "Bob": site.bob, "Alice": site.alice, "Root": site.root}
    return {"guest": site.app.test_client()} | {name: person.client for name, person in everybody.items()}


@pytest.mark.parametrize(
    ("method", "where", "expected"), table(), ids=lambda value: str(value) if "/" in str(value) else ""
)
def test_everybody_gets_the_answer_of_the_table(
    site: Site, browsers: dict[str, FlaskClient], method: str, where: str, expected: dict[str, str]
) -> None:
    with transaction() as session:
        session.get_one(Space, site.team).theme = "documentation"  # the one that has settings
    write(site.bob, site.team, "Home")
    pages = {name: write(site.bob, site.team, f"Rafts {name}") for name in browsers}
    found = {}
    for name, browser in browsers.items():
        address = where.replace("PAGE", str(pages[name]))
        found[name] = what(browser.open(address, method=method, data={} if method == "POST" else None))
    assert found == expected


def test_every_address_of_spaces_and_pages_stands_in_the_table(app: Flask) -> None:
    listed = {(method, where) for method, where, _ in table()}
    adapter = app.url_map.bind("localhost")
    reached = {(method, adapter.match(where.replace("PAGE", "7"), method=method)[0]) for method, where in listed}
    existing = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("spaces.", "pages."))
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert reached == existing
