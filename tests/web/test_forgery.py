"""A form that another site sends does nothing: every address that changes something wants its token."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from tests.people import Site

READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def guarded(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def test_every_change_without_its_token_is_refused(guarded: Flask, site: Site) -> None:
    assert site.team
    answers = {}
    for rule in guarded.url_map.iter_rules():
        for method in (rule.methods or set()) - READING:
            values = {
                name: 1 if isinstance(converter, IntegerConverter) else "TEAM"
                for name, converter in rule._converters.items()
            }
            with guarded.test_request_context():
                path = guarded.url_map.bind("localhost").build(rule.endpoint, values, method=method)
            answers[f"{method} {rule.rule}"] = site.root.client.open(path, method=method).status_code
    assert answers
    assert {where: code for where, code in answers.items() if code != 400} == {}


def test_a_form_works_over_https_although_our_pages_send_no_referer(guarded: Flask) -> None:
    client = guarded.test_client()
    page = client.get("/sign-in", base_url="https://localhost").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    form = {"csrf_token": token, "name": "nobody", "password": "wrong wrong wrong"}
    assert client.post("/sign-in", data=form, base_url="https://localhost").status_code == 422


def test_a_number_that_no_database_holds_is_an_address_that_does_not_exist(app: Flask, site: Site) -> None:
    assert site.team
    for path in ("/spaces/TEAM/mail/", "/spaces/TEAM/pages/", "/admin/groups/"):
        assert site.root.client.get(f"{path}{10**30}").status_code == 404
