"""A session that ends while somebody writes costs nothing that was typed. Here the security tokens are checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Browser
from tests.conftest import settings_for
from tests.pages.helpers import address, page, write
from tests.people import Person, Site
from wiki.accounts import sessions
from wiki.accounts.models import User
from wiki.app import create_app
from wiki.db import transaction
from wiki.extensions import db


@pytest.fixture
def app(data: Path) -> Flask:
    """The application as it is served, with its tokens."""
    made = create_app({**settings_for(data), "WTF_CSRF_ENABLED": True})
    made.test_client_class = Browser
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def rafts(site: Site, bob: Person) -> int:
    return write(bob, site.team, "Rafts", "Two logs.")


def typed(text: str) -> dict[str, str]:
    """What the form on a page would send."""
    fields = re.findall(
        r'name="(csrf_token|seen_revision)"(?: type="hidden")? value="([^"]*)"', text[text.index("editor") :]
    )
    return {"title": "Rafts", "source": "An hour of work", **dict(fields)}


def test_with_its_token_the_form_saves(bob: Person, rafts: int) -> None:
    sent = typed(bob.client.get(address(rafts, "/edit")).text)
    assert bob.client.post(address(rafts, "/edit"), data=sent).status_code == 303
    assert page(rafts).source == "An hour of work"


def test_without_its_token_nothing_is_saved_and_the_text_comes_back(bob: Person, rafts: int) -> None:
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "stolen"}):
        sent = {"title": "Rafts", "source": "An hour of work", "seen_revision": "1", **token}
        answer = bob.client.post(address(rafts, "/edit"), data=sent)
        assert answer.status_code == 400
        assert "An hour of work" in answer.text
    assert page(rafts).source == "Two logs."
    assert bob.client.post("/spaces/TEAM/pages/new", data={"title": "x"}).status_code == 400


def test_signing_out_and_in_again_while_writing_keeps_the_text(bob: Person, rafts: int) -> None:
    sent = typed(bob.client.get(address(rafts, "/edit")).text)
    with bob.client.session_transaction() as cookie:
        cookie.clear()
    kept = bob.client.post(address(rafts, "/edit"), data=sent)
    assert kept.status_code == 400
    assert "You are signed out" in kept.text
    again = bob.client.post(address(rafts, "/edit"), data=typed(kept.text))
    assert again.status_code == 403
    assert "An hour of work" in again.text
    with transaction() as session:
        token = sessions.start(session.get_one(User, bob.user_id)).token
    with bob.client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
    stale = bob.client.post(address(rafts, "/edit"), data=typed(again.text))
    assert stale.status_code == 400
    assert "Save once more" in stale.text
    assert page(rafts).source == "Two logs."
    saved = bob.client.post(address(rafts, "/edit"), data=typed(stale.text))
    assert saved.status_code == 303
    assert page(rafts).source == "An hour of work"
