"""The general settings: name, sign-up, theme."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.people import Person
from wiki import settings
from wiki.audit.models import Event
from wiki.extensions import db

FORM = {"name": "The hall", "sign_up": "open", "theme": "documentation"}


def test_the_site_gets_another_name_theme_and_open_doors(adam: Person, client: FlaskClient) -> None:
    answer = adam.client.post("/admin/general", data=FORM)

    assert answer.status_code == 303
    page = client.get("/sign-in").text
    assert "The hall" in page
    assert 'data-theme="documentation"' in page
    assert client.get("/sign-up").status_code == 200


def test_each_change_is_on_record_and_nothing_else(adam: Person) -> None:
    adam.client.post("/admin/general", data={**FORM, "theme": "default"})
    adam.client.post("/admin/general", data={**FORM, "theme": "default"})

    events = db.session.scalars(select(Event).where(Event.tag == "setting:changed").order_by(Event.subject)).all()
    assert [(event.subject, event.actor_name, event.details) for event in events] == [
        ("setting:accounts.sign_up_open", "adam", {"before": False, "after": True}),
        ("setting:site.name", "adam", {"before": "Postroom", "after": "The hall"}),
    ]


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 101}, {"theme": "no such theme"}, {"theme": "../secret"}, {"sign_up": ""}]
)
def test_what_cannot_be_is_refused_and_nothing_changes(adam: Person, wrong: dict[str, str]) -> None:
    answer = adam.client.post("/admin/general", data={**FORM, **wrong})

    assert answer.status_code == 422
    assert settings.get_str("site.name") == "Postroom"
    assert settings.get_str("site.theme") == "default"


def test_each_theme_is_described(adam: Person) -> None:
    page = adam.client.get("/admin/general").text

    assert "A book: the page tree on the left" in page
